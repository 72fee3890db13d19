/** 32 bytes in one of the two alphabets, padding optional, the two unused bits zero. A header given twice has a comma in it. */
const PATTERN = '^(?:[A-Za-z0-9+/]{42}|[A-Za-z0-9_-]{42})[AEIMQUYcgkosw048]=?$';

/** The request header with a client's own master key, as a route that uses keys declares it. */
export const MASTER_KEY = {
  name: 'X-Master-Key',
  description:
    'Base64 of exactly 32 bytes: the key of an encryption in client mode. Used for this request alone, and kept nowhere.',
  pattern: PATTERN,
} as const;

/** The request header with the key that a rewrap changes to. */
export const NEW_MASTER_KEY = {
  name: 'X-New-Master-Key',
  description: 'Base64 of exactly 32 bytes: the key that is to wrap every version from now on.',
  pattern: PATTERN,
} as const;
