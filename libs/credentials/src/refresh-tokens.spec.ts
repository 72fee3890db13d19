import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretBytes, SecretString } from '@app/secret';
import { deriveCoreKeys } from './core-keys.js';
import { generateRefreshToken, RefreshTokenHasher, isRefreshToken } from './refresh-tokens.js';

const keyOf = (byte: number) =>
  deriveCoreKeys(new SecretBytes(Buffer.alloc(32, byte))).refreshToken;

describe('refresh tokens', () => {
  it('are 256 random bits behind a prefix', () => {
    const tokens = new Set(Array.from({ length: 100 }, () => generateRefreshToken().expose()));
    expect(tokens.size).toBe(100);
    for (const token of tokens) expect(token).toMatch(/^kwr_[A-Za-z0-9_-]{43}$/);
  });

  it.each([
    '',
    'kwr_',
    `kwr_${'a'.repeat(42)}`,
    `kwr_${'a'.repeat(44)}`,
    `kw_${'a'.repeat(43)}`,
    `kwr_${'+'.repeat(43)}`,
  ])('have one form only: not %j', (text) => {
    expect(isRefreshToken(text)).toBe(false);
  });

  it('are stored as a keyed hash that another core would not make', () => {
    const token = generateRefreshToken();
    const stored = new RefreshTokenHasher(keyOf(1)).hash(token);
    expect(stored).toHaveLength(32);
    expect(stored).toEqual(new RefreshTokenHasher(keyOf(1)).hash(token));
    expect(stored).not.toEqual(new RefreshTokenHasher(keyOf(2)).hash(token));
  });

  it('hash as the specification says', () => {
    const key = keyOf(1);
    const message = Buffer.concat([
      Buffer.from([0, 0, 0, 24]),
      Buffer.from('keyward/v1/refresh-token'),
      Buffer.from([0, 0, 0, 5]),
      Buffer.from('token'),
    ]);
    expect(new RefreshTokenHasher(key).hash(new SecretString('token'))).toEqual(
      createHmac('sha256', key).update(message).digest(),
    );
  });
});
