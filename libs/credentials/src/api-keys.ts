import { createHmac, randomBytes, type KeyObject } from 'node:crypto';
import { encodeBase64Url, encodeMembers, uuidBytes } from '@app/encoding';
import { SecretString } from '@app/secret';

const SECRET_BYTES = 32;
const SECRET_PREFIX = 'kwm_';
const SECRET_FORM = /^kwm_[A-Za-z0-9_-]{43}$/;
const KEY_PREFIX = 'kwk_';
const KEY_FORM = /^kwk_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** The public half of a machine's credentials: it names the key, and is no secret. */
export function apiKeyOf(id: string): string {
  return KEY_PREFIX + id.replaceAll('-', '');
}

/** The id of an API key, as a UUID; `undefined` for what is no API key by its form. */
export function idOfApiKey(apiKey: string): string | undefined {
  return KEY_FORM.exec(apiKey)?.slice(1).join('-');
}

/** A new API secret: 256 random bits behind a prefix by which secret scanners know it. */
export function generateApiSecret(): SecretString {
  return new SecretString(`${SECRET_PREFIX}${encodeBase64Url(randomBytes(SECRET_BYTES))}`);
}

/** Whether `text` has the form of an API secret; nothing is said about whether it is one. */
export function isApiSecret(text: string): boolean {
  return SECRET_FORM.test(text);
}

/** Hashes API secrets for the database. */
export class ApiSecretHasher {
  readonly #key: KeyObject;

  /** @param key - `apiSecret` of the core's keys. */
  constructor(key: KeyObject) {
    this.#key = key;
  }

  /**
   * What is stored of an API secret, and what it is looked up by: HMAC-SHA-256 of E("keyward/v1/machine-secret", id, secret), 32 bytes. A
   * fast hash is right for 256 random bits. Nobody without the key can say what a guess will be compared as, so that the time of the
   * look-up tells nothing, and a wrong secret is looked for in the same way as one of a key that is not there.
   *
   * @param id - of the API key, a UUID: the hash fits no other.
   */
  hash(id: string, secret: SecretString): Buffer {
    return createHmac('sha256', this.#key)
      .update(encodeMembers('keyward/v1/machine-secret', uuidBytes(id), secret.expose()))
      .digest();
  }
}
