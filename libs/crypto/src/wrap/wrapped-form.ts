import { parseDek } from '../dek/dek-form.js';
import { isRsaPrivateKey } from '../hazmat/rsa-oaep.js';
import type { WrapPlace } from '../key-place.js';

/** Bytes of an outer key. */
export const OUTER_KEY_BYTES = 32;

/** Whether a key has the form that its place asks for, with a private key that works where there is one. */
export function isKeyOf(place: WrapPlace, key: Buffer): boolean {
  if ('outerKeyId' in place) return key.length === OUTER_KEY_BYTES;
  const parts = parseDek(place.suite, key);
  if (parts === undefined) return false;
  return parts.pkcs8 === undefined || isRsaPrivateKey(parts.pkcs8);
}
