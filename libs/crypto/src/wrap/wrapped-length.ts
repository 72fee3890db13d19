import type { WrapPlace } from '../key-place.js';
import { SUITES } from '../suites.js';

/** Bytes of an outer key. */
export const OUTER_KEY_BYTES = 32;

/** Whether a key has the length that its place asks for. */
export function hasLengthOf(place: WrapPlace, bytes: number): boolean {
  return bytes === ('outerKeyId' in place ? OUTER_KEY_BYTES : SUITES[place.suite].dekBytes);
}
