import { describe, expect, it } from 'vitest';
import { SecretString } from '@app/secret';
import { computeTotp, findTotpStep, generateTotpSecret, totpUri } from './totp.js';

/** RFC 6238, appendix B. The secret of each hash is as long as its output. */
const VECTORS: readonly [number, string, string, string][] = [
  [59, '94287082', '46119246', '90693936'],
  [1_111_111_109, '07081804', '68084774', '25091201'],
  [1_111_111_111, '14050471', '67062674', '99943326'],
  [1_234_567_890, '89005924', '91819424', '93441116'],
  [2_000_000_000, '69279037', '90698825', '38618901'],
  [20_000_000_000, '65353130', '77737706', '47863826'],
];
const secretOf = (bytes: number) => Buffer.from('1234567890'.repeat(7).slice(0, bytes));

/** The 20 bytes of the RFC in base32. */
const SECRET = new SecretString('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');

describe('computeTotp', () => {
  it.each(VECTORS)('answers the codes of RFC 6238 at %i s', (time, sha1, sha256, sha512) => {
    const codes = [
      computeTotp(secretOf(20), time, { hash: 'sha1', digits: 8 }),
      computeTotp(secretOf(32), time, { hash: 'sha256', digits: 8 }),
      computeTotp(secretOf(64), time, { hash: 'sha512', digits: 8 }),
    ];
    expect(codes).toEqual([sha1, sha256, sha512]);
  });
});

describe('findTotpStep', () => {
  const code = (step: number) => computeTotp(secretOf(20), step * 30, { hash: 'sha1', digits: 6 });

  it('finds the step of a code at the first and the last second of it', () => {
    expect(findTotpStep(SECRET, code(40), 40 * 30_000)).toBe(40);
    expect(findTotpStep(SECRET, code(40), 41 * 30_000 - 1)).toBe(40);
  });

  it('lets a clock be one step off, either way, and no more', () => {
    const steps = [37, 38, 39, 40, 41, 42, 43].map((step) =>
      findTotpStep(SECRET, code(step), 40 * 30_000 + 15_000),
    );
    expect(steps).toEqual([undefined, undefined, 39, 40, 41, undefined, undefined]);
  });

  it.each([
    '',
    '12345',
    '1234567',
    '12345a',
    ' 12345',
    '-12345',
    '1e1000',
    '٠١٢٣٤٥',
    '１２３４５６',
    '123456\n',
    '\ud800',
  ])('takes %j for no code, and does not throw', (text) => {
    expect(findTotpStep(SECRET, text, 0)).toBeUndefined();
  });
});

describe('a new secret', () => {
  it('has 160 bits, and no two are the same', () => {
    const secrets = new Set(Array.from({ length: 50 }, () => generateTotpSecret().expose()));
    expect(secrets.size).toBe(50);
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  });

  it('is read by authenticators from a URI, whatever is in the name', () => {
    const uri = totpUri(SECRET, 'Keyward', 'a+b@c.example').expose();
    expect(uri).toBe(
      `otpauth://totp/Keyward:a%2Bb%40c.example?secret=${SECRET.expose()}&issuer=Keyward`,
    );
  });
});
