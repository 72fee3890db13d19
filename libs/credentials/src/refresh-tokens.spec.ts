import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretBytes, SecretString } from '@app/secret';
import { deriveCoreKeys } from './core-keys.js';
import { generateRefreshToken, hashRefreshToken, isRefreshToken } from './refresh-tokens.js';

const keysOf = (byte: number) => deriveCoreKeys(new SecretBytes(Buffer.alloc(32, byte)));

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
    const stored = hashRefreshToken(keysOf(1).refreshToken, token);
    expect(stored).toHaveLength(32);
    expect(stored).toEqual(hashRefreshToken(keysOf(1).refreshToken, token));
    expect(stored).not.toEqual(hashRefreshToken(keysOf(2).refreshToken, token));
  });

  it('hash as the specification says', () => {
    const key = keysOf(1).refreshToken;
    const message = Buffer.concat([
      Buffer.from([0, 0, 0, 24]),
      Buffer.from('keyward/v1/refresh-token'),
      Buffer.from([0, 0, 0, 5]),
      Buffer.from('token'),
    ]);
    expect(hashRefreshToken(key, new SecretString('token'))).toEqual(
      createHmac('sha256', key).update(message).digest(),
    );
  });
});
