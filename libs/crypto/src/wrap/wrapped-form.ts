import { parseDek } from '../dek/dek-form.js';
import type { WrapPlace } from '../key-place.js';

/** Bytes of an outer key. */
export const OUTER_KEY_BYTES = 32;

/** Whether a key has the form that its place asks for. */
export function isKeyOf(place: WrapPlace, key: Buffer): boolean {
  if ('outerKeyId' in place) return key.length === OUTER_KEY_BYTES;
  return parseDek(place.suite, key) !== undefined;
}
