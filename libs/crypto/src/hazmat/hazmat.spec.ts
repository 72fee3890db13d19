import { AppError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { AES_256_GCM } from './aes-256-gcm.js';
import { hkdf } from './hkdf.js';
import { equalInConstantTime } from './hmac.js';
import { randomNonce, randomSecret } from './random.js';
import { takeKey } from './secret-key.js';

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : 'not an AppError';
  }
}

describe('a key', () => {
  it('overwrites the bytes that it was made of', () => {
    const bytes = Buffer.alloc(32, 7);
    const key = takeKey(bytes);
    expect(bytes).toEqual(Buffer.alloc(32));
    expect(key.symmetricKeySize).toBe(32);
  });

  it('shows in no JSON', () => {
    expect(JSON.stringify({ key: takeKey(Buffer.alloc(32, 7)) })).toBe('{"key":{}}');
  });
});

describe('AES-256-GCM', () => {
  const key = takeKey(Buffer.alloc(32, 1));
  const sealing = { nonce: Buffer.alloc(12, 2), aad: Buffer.from('aad') };
  const sealed = AES_256_GCM.seal(key, sealing, Buffer.from('attack at dawn'));

  it.each([0, 4, 8, 12, 13, 15, 17, 32])('does not open with a tag of %i bytes', (length) => {
    const tag = Buffer.concat([sealed.tag, sealed.tag]).subarray(0, length);
    expect(AES_256_GCM.open(key, sealing, { ciphertext: sealed.ciphertext, tag })).toBeUndefined();
  });

  it.each([16, 24])('takes no key of %i bytes', (length) => {
    const short = takeKey(Buffer.alloc(length, 1));
    expect(codeOf(() => AES_256_GCM.seal(short, sealing, Buffer.alloc(1)))).toBe('internal');
    expect(codeOf(() => AES_256_GCM.open(short, sealing, sealed))).toBe('internal');
  });

  it.each([0, 8, 11, 13, 16])('takes no nonce of %i bytes', (length) => {
    const other = { ...sealing, nonce: Buffer.alloc(length, 2) };
    expect(codeOf(() => AES_256_GCM.seal(key, other, Buffer.alloc(1)))).toBe('internal');
    expect(codeOf(() => AES_256_GCM.open(key, other, sealed))).toBe('internal');
  });

  it('leaves the plaintext as it is', () => {
    const plaintext = Buffer.from('attack at dawn');
    AES_256_GCM.seal(key, sealing, plaintext);
    expect(plaintext.toString()).toBe('attack at dawn');
  });
});

describe('HKDF', () => {
  const input = { hash: 'sha256', ikm: Buffer.alloc(32), info: Buffer.alloc(0) } as const;

  it('takes no salt as the empty salt', () => {
    expect(hkdf({ ...input, bytes: 32 })).toEqual(
      hkdf({ ...input, salt: Buffer.alloc(32), bytes: 32 }),
    );
  });

  it('refuses more than 255 blocks, and an info beyond 1,024 bytes', () => {
    expect(codeOf(() => hkdf({ ...input, bytes: 255 * 32 + 1 }))).toBe('internal');
    expect(codeOf(() => hkdf({ ...input, info: Buffer.alloc(1025), bytes: 32 }))).toBe('internal');
  });
});

describe('the comparison in constant time', () => {
  it('tells equal bytes, other bytes and another length apart', () => {
    const bytes = Buffer.from('0011', 'hex');
    const others = ['0011', '0010', '00', '001100', ''].map((text) => Buffer.from(text, 'hex'));
    expect(others.map((other) => equalInConstantTime(bytes, other))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('randomness', () => {
  it('gives nonces and secrets of the size asked for, each another', () => {
    const nonces = Array.from({ length: 1000 }, () => randomNonce(12).toString('hex'));
    expect(new Set(nonces).size).toBe(1000);
    expect(randomSecret(32)).toHaveLength(32);
    expect(randomSecret(32)).not.toEqual(randomSecret(32));
  });
});
