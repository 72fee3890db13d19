import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@app/errors';
import { AES_256_GCM, hkdf, hmacSha256, takeKey } from '@app/crypto/vectors';
import { describe, expect, it } from 'vitest';

interface Case {
  readonly tcId: number;
  readonly comment: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

interface Group<T> {
  readonly tests: readonly T[];
}

interface Suite<T> {
  readonly numberOfTests: number;
  readonly testGroups: readonly (Group<T> & { readonly tagSize?: number })[];
}

interface AeadCase extends Case {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
}

interface HkdfCase extends Case {
  readonly ikm: string;
  readonly salt: string;
  readonly info: string;
  readonly size: number;
  readonly okm: string;
}

interface MacCase extends Case {
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
}

function load<T>(name: string): Suite<T> {
  return JSON.parse(
    readFileSync(join(import.meta.dirname, 'wycheproof', name), 'utf8'),
  ) as Suite<T>;
}

function casesOf<T>(suite: Suite<T>): T[] {
  return suite.testGroups.flatMap(({ tests }) => tests);
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

/** The result, or the code of the refusal: a refused case is never a crash. */
function outcome<T>(action: () => T): T | { code: string } {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code };
  }
}

describe('AES-256-GCM beside Wycheproof', () => {
  const suite = load<AeadCase>('aes_gcm_test.json');
  const cases = casesOf(suite);
  const inPolicy = ({ key, iv, tag }: AeadCase): boolean =>
    key.length === 64 && iv.length === 24 && tag.length === 32;

  function open(test: AeadCase): unknown {
    const key = takeKey(hex(test.key));
    const sealing = { nonce: hex(test.iv), aad: hex(test.aad) };
    return outcome(() =>
      AES_256_GCM.open(key, sealing, { ciphertext: hex(test.ct), tag: hex(test.tag) }),
    );
  }

  function seal(test: AeadCase): unknown {
    const key = takeKey(hex(test.key));
    return outcome(() =>
      AES_256_GCM.seal(key, { nonce: hex(test.iv), aad: hex(test.aad) }, hex(test.msg)),
    );
  }

  it('has all cases of the file', () => {
    expect(cases).toHaveLength(suite.numberOfTests);
    expect(cases.filter(inPolicy).length).toBeGreaterThan(60);
  });

  it.each(cases.filter((test) => inPolicy(test) && test.result === 'valid'))(
    'seals and opens case $tcId byte for byte $comment',
    (test) => {
      expect(seal(test)).toEqual({ ciphertext: hex(test.ct), tag: hex(test.tag) });
      expect(open(test)).toEqual(hex(test.msg));
    },
  );

  it.each(cases.filter((test) => inPolicy(test) && test.result === 'invalid'))(
    'does not open case $tcId: $comment',
    (test) => {
      expect(open(test)).toBeUndefined();
    },
  );

  it.each(cases.filter((test) => !inPolicy(test)))(
    'refuses the sizes of case $tcId $comment',
    (test) => {
      expect(seal(test)).toEqual({ code: 'internal' });
      expect(open(test)).toEqual({ code: 'internal' });
    },
  );
});

describe('HKDF-SHA-256 beside Wycheproof', () => {
  const suite = load<HkdfCase>('hkdf_sha256_test.json');
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
  const suite = load<MacCase>('hmac_sha256_test.json');
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
