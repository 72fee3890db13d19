import { hkdf, hmacSha256, takeKey } from '@app/crypto/vectors';
import { describe, expect, it } from 'vitest';
import { casesOf, hex, loadWycheproof, outcome, type WycheproofCase } from './wycheproof-file.js';

interface HkdfCase extends WycheproofCase {
  readonly ikm: string;
  readonly salt: string;
  readonly info: string;
  readonly size: number;
  readonly okm: string;
}

interface MacCase extends WycheproofCase {
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
}

describe('HKDF-SHA-256 beside Wycheproof', () => {
  const suite = loadWycheproof<HkdfCase>('hkdf_sha256_test.json');
  const cases = casesOf(suite);

  it('has all cases of the file', () => {
    expect(cases).toHaveLength(suite.numberOfTests);
  });

  it.each(cases)(
    'derives case $tcId, $result $comment',
    ({ ikm, salt, info, size, okm, result }) => {
      const input = {
        hash: 'sha256',
        ikm: hex(ikm),
        salt: hex(salt),
        info: hex(info),
        bytes: size,
      } as const;
      const derived = outcome(() => hkdf(input));
      expect(derived).toEqual(result === 'valid' ? hex(okm) : { code: 'internal' });
    },
  );
});

describe('HMAC-SHA-256 beside Wycheproof', () => {
  const suite = loadWycheproof<MacCase>('hmac_sha256_test.json');
  const cases = casesOf(suite);

  it('has all cases of the file', () => {
    expect(cases).toHaveLength(suite.numberOfTests);
  });

  // The project never shortens a MAC. The file's shortened ones are the beginning of ours.
  it.each(cases)('agrees with case $tcId, $result $comment', ({ key, msg, tag, result }) => {
    const expected = hex(tag);
    const mac = hmacSha256(takeKey(hex(key)), hex(msg)).subarray(0, expected.length);
    expect(mac.equals(expected)).toBe(result === 'valid');
  });
});
