import { hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretBytes } from '@app/secret';
import { deriveCoreKeys } from './core-keys.js';

describe('deriveCoreKeys', () => {
  it('derives each key by HKDF with the purpose in E', () => {
    const info = Buffer.concat([
      Buffer.from([0, 0, 0, 18]),
      Buffer.from('keyward/v1/service'),
      Buffer.from([0, 0, 0, 7]),
      Buffer.from('sealing'),
    ]);
    const expected = Buffer.from(hkdfSync('sha256', Buffer.alloc(32, 7), '', info, 32));
    const keys = deriveCoreKeys(new SecretBytes(Buffer.alloc(32, 7)));
    expect(keys.sealing.key.export()).toEqual(expected);
    expect(keys.refreshToken.export()).not.toEqual(expected);
  });

  it('names a key of another secret otherwise', () => {
    const one = deriveCoreKeys(new SecretBytes(Buffer.alloc(32, 1)));
    const two = deriveCoreKeys(new SecretBytes(Buffer.alloc(32, 2)));
    expect(one.sealing.kid).not.toBe(two.sealing.kid);
  });

  it.each([0, 31, 33])('refuses a secret of %i bytes', (bytes) => {
    expect(() => deriveCoreKeys(new SecretBytes(Buffer.alloc(bytes)))).toThrow(
      expect.objectContaining({ code: 'internal' }),
    );
  });
});
