import { createHmac, randomBytes, type KeyObject } from 'node:crypto';
import { ScureBase32Plugin } from 'otplib';
import { encodeMembers } from '@app/encoding';
import { SecretString } from '@app/secret';

/** How many recovery codes a person gets. */
const CODES = 10;

/** 80 bits, so that 16 letters hold them without a rest, and guessing needs no lock of its own. */
const CODE_BYTES = 10;

const GROUP = /.{4}(?=.)/g;
const SEPARATORS = /[\s-]/g;
const FORM = /^[A-Z2-7]{16}$/;

const base32 = new ScureBase32Plugin();

/** Ten new recovery codes: 80 random bits each, in base32 (RFC 4648, section 6) in four groups of four. */
export function generateRecoveryCodes(): SecretString[] {
  return Array.from({ length: CODES }, () => {
    const letters = base32.encode(randomBytes(CODE_BYTES));
    return new SecretString(letters.replaceAll(GROUP, '$&-'));
  });
}

/** Hashes recovery codes for the database. */
export class RecoveryCodeHasher {
  readonly #key: KeyObject;

  /** @param key - `recoveryCode` of the core's keys. */
  constructor(key: KeyObject) {
    this.#key = key;
  }

  /**
   * What is stored of a recovery code: HMAC-SHA-256 of E("keyward/v1/recovery-code", user id, the 16 letters), 32 bytes. A fast hash will
   * do: 80 bits are out of reach for whoever lacks the key.
   *
   * @param text - as it was typed: case, spaces and hyphens do not count.
   * @returns `undefined` for what does not have the form of a recovery code.
   */
  hash(userId: string, text: string): Buffer | undefined {
    const letters = text.replaceAll(SEPARATORS, '').toUpperCase();
    if (!FORM.test(letters)) return undefined;
    return createHmac('sha256', this.#key)
      .update(encodeMembers('keyward/v1/recovery-code', userId, letters))
      .digest();
  }
}
