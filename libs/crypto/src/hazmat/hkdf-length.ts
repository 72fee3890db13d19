const MAX_BLOCKS = 255;

/** Whether HKDF derives this many bytes at once (RFC 5869, section 2.3): at least one here, since a key of none is a mistake. */
export function isLengthOfHkdf(bytes: number, hashBytes: number): boolean {
  return Number.isSafeInteger(bytes) && bytes >= 1 && bytes <= MAX_BLOCKS * hashBytes;
}
