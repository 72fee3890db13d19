import { AppError } from '@app/errors';
import { encodeMembers, uuidBytes } from './bytes.js';
import { type HpkeMessage, openHpke, sealHpke } from './hpke.js';
import { SecretKey } from './secret-key.js';

/** enc, the 32 bytes of the key, and a tag. */
const SEALED_BYTES = 80;

/** Who a sealed copy of a tenant's master key is for: the core's ids. */
export interface SealedFor {
  readonly tenantId: string;
  readonly userId: string;
}

/** What binds a sealed copy to tenant and member. */
export function sealMessage({ tenantId, userId }: SealedFor): HpkeMessage {
  const ids = [uuidBytes(tenantId, 'tenantId'), uuidBytes(userId, 'userId')] as const;
  return { info: encodeMembers('keyward/v1/member-key', ...ids), aad: new Uint8Array() };
}

/**
 * Seals a tenant's master key to a member: HPKE base mode, enc and ciphertext, 80 bytes. The caller has had the fingerprint of the public
 * key confirmed before: a core hands keys out, and could give its own.
 *
 * @param publicKey - 32 bytes.
 * @param masterKey - borrowed.
 * @throws AppError `invalid_request`; `decryption_failed` for a public key of small order.
 */
export async function sealMasterKey(
  publicKey: Uint8Array,
  place: SealedFor,
  masterKey: SecretKey,
): Promise<Uint8Array> {
  return await sealHpke(publicKey, sealMessage(place), masterKey.expose());
}

/**
 * Opens a member's copy.
 *
 * @param privateKey - borrowed.
 * @returns the tenant's master key, owned by the caller.
 * @throws AppError `decryption_failed`, also for a copy of another tenant or member.
 */
export async function openMasterKey(
  privateKey: SecretKey,
  place: SealedFor,
  sealed: Uint8Array,
): Promise<SecretKey> {
  if (sealed.length !== SEALED_BYTES) throw new AppError('decryption_failed');
  return new SecretKey(await openHpke(privateKey, sealMessage(place), sealed));
}
