import { createHmac, randomBytes, type KeyObject } from 'node:crypto';
import { encodeBase64Url, encodeMembers } from '@app/encoding';
import { SecretString } from '@app/secret';

const TOKEN_BYTES = 32;
const PREFIX = 'kwr_';
const FORM = /^kwr_[A-Za-z0-9_-]{43}$/;

/** A new refresh token: 256 random bits behind a prefix by which secret scanners know it. */
export function generateRefreshToken(): SecretString {
  return new SecretString(`${PREFIX}${encodeBase64Url(randomBytes(TOKEN_BYTES))}`);
}

/** Whether `text` has the form of a refresh token; nothing is said about whether it is one. */
export function isRefreshToken(text: string): boolean {
  return FORM.test(text);
}

/** Hashes refresh tokens for the database. */
export class RefreshTokenHasher {
  readonly #key: KeyObject;

  /** @param key - `refreshToken` of the core's keys. */
  constructor(key: KeyObject) {
    this.#key = key;
  }

  /**
   * What is stored of a refresh token: HMAC-SHA-256 of E("keyward/v1/refresh-token", token), 32 bytes. A fast hash is right for 256
   * random bits, and the key keeps whoever can only write to the database from planting a token of their own.
   */
  hash(token: SecretString): Buffer {
    return createHmac('sha256', this.#key)
      .update(encodeMembers('keyward/v1/refresh-token', token.expose()))
      .digest();
  }
}
