import { createHmac, type KeyObject } from 'node:crypto';
import { encodeMembers } from '@app/encoding';

/** The salts with which clients derive keys from passwords, for every name that there could be. */
export class DerivationSalts {
  readonly #key: KeyObject;

  /** @param key - `derivationSalt` of the core's keys. */
  constructor(key: KeyObject) {
    this.#key = key;
  }

  /**
   * HMAC-SHA-256 of E("keyward/v1/derivation-salt", name), 32 bytes: the same at each call and on each replica, and nothing that tells
   * whether anybody has the name.
   *
   * @param username - lower case.
   */
  saltOf(username: string): Buffer {
    return createHmac('sha256', this.#key)
      .update(encodeMembers('keyward/v1/derivation-salt', username))
      .digest();
  }
}
