import { createHmac, type KeyObject } from 'node:crypto';
import { encodeMembers } from '@app/encoding';

/** What tries are counted for: the tries of one name from one place, or codes of a second factor. */
export type TriesOf = 'pair' | 'code' | 'hint-code';

/** Makes the keys under which failed logins are counted, so that the table of them names neither people nor addresses. */
export class TriesKeys {
  readonly #key: KeyObject;

  /** @param key - `loginTries` of the core's keys. */
  constructor(key: KeyObject) {
    this.#key = key;
  }

  /**
   * HMAC-SHA-256 of E("keyward/v1/login-tries", of, name, place), 32 bytes.
   *
   * @param name - of the account, lower case; nobody need have it.
   * @param place - the network that the tries come from; absent where it does not matter.
   */
  of(of: TriesOf, name: string, place?: string): Buffer {
    return this.#mac('keyward/v1/login-tries', of, name, place);
  }

  /** What a place is remembered by for one person: HMAC-SHA-256 of E("keyward/v1/login-place", user id, place), 32 bytes. */
  ofPlace(userId: string, place: string): Buffer {
    return this.#mac('keyward/v1/login-place', userId, place);
  }

  #mac(...members: (string | undefined)[]): Buffer {
    return createHmac('sha256', this.#key)
      .update(encodeMembers(...members))
      .digest();
  }
}
