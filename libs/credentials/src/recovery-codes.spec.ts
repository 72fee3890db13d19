import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeMembers } from '@app/encoding';
import { SecretBytes } from '@app/secret';
import { deriveCoreKeys } from './core-keys.js';
import { generateRecoveryCodes, RecoveryCodeHasher } from './recovery-codes.js';

const ADA = '5e1f3c1e-6a55-4c1a-9c8e-0d6b6c1f2a01';
const GRACE = '5e1f3c1e-6a55-4c1a-9c8e-0d6b6c1f2a02';
const keyOf = (byte: number) =>
  deriveCoreKeys(new SecretBytes(Buffer.alloc(32, byte))).recoveryCode;
const hasher = new RecoveryCodeHasher(keyOf(1));

describe('recovery codes', () => {
  it('are ten of 80 random bits in groups of four', () => {
    const codes = Array.from({ length: 20 }, () => generateRecoveryCodes()).flat();
    expect(new Set(codes.map((code) => code.expose())).size).toBe(200);
    for (const code of codes) expect(code.expose()).toMatch(/^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
    expect(generateRecoveryCodes()).toHaveLength(10);
  });

  it('are stored as a keyed hash of the person and the code', () => {
    const message = encodeMembers('keyward/v1/recovery-code', ADA, 'ABCDEFGHIJKLMNOP');
    expect(hasher.hash(ADA, 'ABCD-EFGH-IJKL-MNOP')).toEqual(
      createHmac('sha256', keyOf(1)).update(message).digest(),
    );
  });

  it.each(['abcdefghijklmnop', 'abcd efgh ijkl mnop', ' ABCD-efgh IJKL-MNOP\n'])(
    'are the same however they are typed: %j',
    (typed) => {
      expect(hasher.hash(ADA, typed)).toEqual(hasher.hash(ADA, 'ABCD-EFGH-IJKL-MNOP'));
    },
  );

  it('are those of one person and one core', () => {
    const code = 'ABCD-EFGH-IJKL-MNOP';
    expect(hasher.hash(GRACE, code)).not.toEqual(hasher.hash(ADA, code));
    expect(new RecoveryCodeHasher(keyOf(2)).hash(ADA, code)).not.toEqual(hasher.hash(ADA, code));
  });

  it.each([
    '',
    '123456',
    'ABCD-EFGH-IJKL-MNO',
    'ABCD-EFGH-IJKL-MNOPQ',
    'ABCD-EFGH-IJKL-MN01',
    '🔑',
  ])('have one form: %j is none', (text) => {
    expect(hasher.hash(ADA, text)).toBeUndefined();
  });
});
