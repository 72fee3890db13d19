import { readPublicKey, readSealedKey } from './answers.js';
import { encodeBase64 } from './bytes.js';
import { ClientKeysError } from './client-keys-error.js';
import { fingerprintOf } from './fingerprint.js';
import type { TrustedKeys } from './memory.js';
import { openMasterKey, sealMasterKey, type SealedFor } from './sealed-copy.js';
import type { SecretKey } from './secret-key.js';
import type { Session } from './session.js';

/** What a person is asked before the first copy is sealed to a member. */
export interface FingerprintQuestion {
  readonly userId: string;
  /** As {@link fingerprintOf} gives it; the member sees the same at their own client. */
  readonly fingerprint: string;
}

/** Shows a fingerprint, and answers whether the member confirmed it by another way than through the core. */
export type ConfirmFingerprint = (question: FingerprintQuestion) => Promise<boolean>;

/** How the members of a tenant in client mode come by its master key: 32 random bytes of which each has a sealed copy of their own. */
export class MasterKeySharing {
  readonly #session: Session;
  readonly #trustedKeys: TrustedKeys;

  constructor(session: Session, trustedKeys: TrustedKeys) {
    this.#session = session;
    this.#trustedKeys = trustedKeys;
  }

  /** The fingerprint of the person's own public key, for the one who shares with them. */
  async ownFingerprint(): Promise<string> {
    const { publicKey } = await this.#session.keyPair();
    return await fingerprintOf(publicKey);
  }

  /**
   * Seals the tenant's master key to a member, oneself included, and gives the core the copy.
   *
   * @param masterKey - borrowed.
   * @param confirm - asked once for each member, before anything is sealed.
   * @throws ClientKeysError `public_key_not_confirmed`; `public_key_changed`, which is never asked about.
   */
  async share(place: SealedFor, masterKey: SecretKey, confirm: ConfirmFingerprint): Promise<void> {
    const publicKey = await this.#trustedKeyOf(place.userId, confirm);
    const sealed = await sealMasterKey(publicKey, place, masterKey);
    await this.#session.call('PUT', addressOf(place), {
      body: { sealedKey: encodeBase64(sealed) },
    });
  }

  /**
   * Opens the person's own copy.
   *
   * @returns the tenant's master key, owned by the caller.
   * @throws AppError `not_found` where nobody sealed one yet, `decryption_failed`.
   */
  async open(tenantId: string): Promise<SecretKey> {
    const { id: userId } = this.#session.user;
    const place = { tenantId, userId };
    const { privateKey } = await this.#session.keyPair();
    const sealed = readSealedKey(await this.#session.call('GET', addressOf(place)));
    return await openMasterKey(privateKey, place, sealed);
  }

  /**
   * Takes a member's new key in place of the one that was confirmed: after the member said, by another way than through the core, that they
   * have begun anew, and read out this fingerprint.
   */
  async trust(userId: string, fingerprint: string): Promise<void> {
    await this.#trustedKeys.writeFingerprint(this.#trustOf(userId), fingerprint);
  }

  async #trustedKeyOf(userId: string, confirm: ConfirmFingerprint): Promise<Uint8Array> {
    // One's own is vouched for by the wrapped private half, which opens beside no other public key.
    if (userId.toLowerCase() === this.#session.user.id.toLowerCase())
      return (await this.#session.keyPair()).publicKey;
    const path = `/users/${encodeURIComponent(userId)}/public-key`;
    const publicKey = readPublicKey(await this.#session.call('GET', path));
    await this.#assertTrusted(userId, await fingerprintOf(publicKey), confirm);
    return publicKey;
  }

  async #assertTrusted(
    userId: string,
    fingerprint: string,
    confirm: ConfirmFingerprint,
  ): Promise<void> {
    const remembered = await this.#trustedKeys.readFingerprint(this.#trustOf(userId));
    if (remembered === fingerprint) return;
    if (remembered !== undefined) throw new ClientKeysError('public_key_changed');
    if (!(await confirm({ userId, fingerprint })))
      throw new ClientKeysError('public_key_not_confirmed');
    await this.trust(userId, fingerprint);
  }

  #trustOf(userId: string): Parameters<TrustedKeys['readFingerprint']>[0] {
    const { link, user } = this.#session;
    return { origin: link.origin, trustedBy: user.id, userId };
  }
}

function addressOf({ tenantId, userId }: SealedFor): string {
  return `/tenants/${encodeURIComponent(tenantId)}/members/${encodeURIComponent(userId)}/key`;
}
