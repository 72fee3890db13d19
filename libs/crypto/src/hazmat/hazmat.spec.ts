import { AppError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { ed25519PublicKey, takeEd25519Seed } from './ed25519.js';
import { deriveKey, expandKey, extractKey, hkdf } from './hkdf.js';
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

describe('a key of Ed25519', () => {
  it.each([0, 31, 33, 64])('has not %i bytes', (length) => {
    expect(codeOf(() => takeEd25519Seed(Buffer.alloc(length)))).toBe('internal');
    expect(codeOf(() => ed25519PublicKey(Buffer.alloc(length)))).toBe('internal');
  });

  it('overwrites its seed', () => {
    const seed = Buffer.alloc(32, 7);
    takeEd25519Seed(seed);
    expect(seed).toEqual(Buffer.alloc(32));
  });
});

describe('HKDF', () => {
  const input = { hash: 'sha256', ikm: Buffer.alloc(32), info: Buffer.alloc(0) } as const;

  it('takes no salt as the empty salt', () => {
    expect(hkdf({ ...input, bytes: 32 })).toEqual(
      hkdf({ ...input, salt: Buffer.alloc(32), bytes: 32 }),
    );
  });

  it('gives the same where it is extracted once and expanded later', () => {
    const [ikm, info] = [Buffer.alloc(32, 3), Buffer.from('info')];
    expect(expandKey(extractKey(ikm), info).equals(deriveKey(ikm, info))).toBe(true);
    expect(expandKey(extractKey(ikm), info).equals(deriveKey(ikm, Buffer.alloc(0)))).toBe(false);
  });

  it('refuses more than 255 blocks, and an info beyond 1,024 bytes', () => {
    expect(codeOf(() => hkdf({ ...input, bytes: 255 * 32 + 1 }))).toBe('internal');
    expect(codeOf(() => hkdf({ ...input, info: Buffer.alloc(1025), bytes: 32 }))).toBe('internal');
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity])('refuses to derive %d bytes', (bytes) => {
    expect(codeOf(() => hkdf({ ...input, bytes }))).toBe('internal');
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
