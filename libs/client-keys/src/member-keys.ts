import { generateKeyPairSync, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { encodeMembers, uuidBytes } from '@app/encoding';
import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import {
  deriveHpkeContext,
  openAead,
  openHpke,
  privateKeyOf,
  publicBytesOf,
  publicKeyOf,
  sealAead,
  X25519_BYTES,
} from './hpke.js';

const NONCE_BYTES = 12;
const LABEL = 'keyward/v1/private-key';
const NO_AAD = Buffer.alloc(0);

/** Who a sealed copy of a tenant's master key is for: the core's ids. */
export interface SealedFor {
  readonly tenantId: string;
  readonly userId: string;
}

/** info of a sealed copy, which binds it to tenant and member. */
export function sealInfo({ tenantId, userId }: SealedFor): Buffer {
  return encodeMembers('keyward/v1/member-key', uuidBytes(tenantId), uuidBytes(userId));
}

/** {@link sealMasterKey} with its ephemeral key given: for vectors, which alone may do so. */
export function sealMasterKeyWith(
  ephemeral: KeyObject,
  publicKey: Buffer,
  place: SealedFor,
  masterKey: SecretBytes,
): Buffer {
  const enc = publicBytesOf(ephemeral);
  const kemContext = Buffer.concat([enc, publicKey]);
  const recipient = publicKeyOf(publicKey);
  const context = deriveHpkeContext(ephemeral, recipient, kemContext, sealInfo(place));
  const sealed = sealAead(context.key, context.baseNonce, NO_AAD, masterKey.expose());
  return Buffer.concat([enc, sealed]);
}

/**
 * Seals a tenant's master key to a member: HPKE base mode, enc and ciphertext, 80 bytes. The caller has shown the fingerprint of the
 * public key to a person before: a core hands keys out, and could give its own.
 *
 * @param publicKey - 32 bytes.
 * @param masterKey - 32 bytes. Borrowed.
 * @throws AppError `invalid_request`, `decryption_failed` for a public key that is none.
 */
export function sealMasterKey(publicKey: Buffer, place: SealedFor, masterKey: SecretBytes): Buffer {
  const { privateKey } = generateKeyPairSync('x25519');
  return sealMasterKeyWith(privateKey, publicKey, place, masterKey);
}

/**
 * Opens a member's copy.
 *
 * @param privateKey - 32 bytes. Borrowed.
 * @returns the tenant's master key, owned by the caller.
 * @throws AppError `decryption_failed`, also for a copy of another tenant or member.
 */
export function openMasterKey(
  privateKey: SecretBytes,
  place: SealedFor,
  sealed: Buffer,
): SecretBytes {
  if (sealed.length < X25519_BYTES) throw new AppError('decryption_failed');
  const [enc, ct] = [sealed.subarray(0, X25519_BYTES), sealed.subarray(X25519_BYTES)];
  const recipient = privateKeyOf(privateKey.expose());
  return new SecretBytes(openHpke(recipient, enc, sealInfo(place), NO_AAD, ct));
}

/** What a private key is wrapped with: K and AAD of `docs/spec/client-keys-v1.md`. */
export function privateKeyWrap(
  memberKey: SecretBytes,
  userId: string,
  publicKey: Buffer,
): { readonly key: Buffer; readonly aad: Buffer } {
  const info = encodeMembers(LABEL, uuidBytes(userId));
  return {
    key: Buffer.from(hkdfSync('sha256', memberKey.expose(), NO_AAD, info, 32)),
    aad: encodeMembers(LABEL, uuidBytes(userId), publicKey),
  };
}

/** {@link wrapPrivateKey} with its nonce given: for vectors, which alone may do so. */
export function wrapPrivateKeyWith(
  nonce: Buffer,
  memberKey: SecretBytes,
  userId: string,
  privateKey: SecretBytes,
): Buffer {
  const publicKey = publicBytesOf(privateKeyOf(privateKey.expose()));
  const { key, aad } = privateKeyWrap(memberKey, userId, publicKey);
  try {
    return Buffer.concat([nonce, sealAead(key, nonce, aad, privateKey.expose())]);
  } finally {
    key.fill(0);
  }
}

/**
 * Wraps a member's private key under the member key, for the core to keep: nonce and ciphertext, 60 bytes.
 *
 * @param memberKey - 32 bytes. Borrowed.
 * @param privateKey - 32 bytes of X25519. Borrowed.
 */
export function wrapPrivateKey(
  memberKey: SecretBytes,
  userId: string,
  privateKey: SecretBytes,
): Buffer {
  return wrapPrivateKeyWith(randomBytes(NONCE_BYTES), memberKey, userId, privateKey);
}

/**
 * Opens a member's private key.
 *
 * @param publicKey - the member's, 32 bytes: another one beside the wrapped key does not open it.
 * @returns 32 bytes, owned by the caller.
 * @throws AppError `decryption_failed`.
 */
export function unwrapPrivateKey(
  memberKey: SecretBytes,
  userId: string,
  publicKey: Buffer,
  wrapped: Buffer,
): SecretBytes {
  if (wrapped.length < NONCE_BYTES) throw new AppError('decryption_failed');
  const { key, aad } = privateKeyWrap(memberKey, userId, publicKey);
  try {
    const nonce = wrapped.subarray(0, NONCE_BYTES);
    return new SecretBytes(openAead(key, nonce, aad, wrapped.subarray(NONCE_BYTES)));
  } finally {
    key.fill(0);
  }
}
