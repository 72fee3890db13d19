import { AppError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { SUITES, type AeadName } from '../suites.js';
import { AEADS } from './aeads.js';
import { takeKey } from './secret-key.js';

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : 'not an AppError';
  }
}

function flip(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return flipped;
}

function bitsOf(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length * 8 }, (_, bit) => bit);
}

const NAMES: AeadName[] = ['AES-256-GCM', 'XAES-256-GCM', 'ChaCha20-Poly1305'];

describe.each(NAMES)('%s', (name) => {
  const aead = AEADS[name];
  const { nonceBytes } = SUITES[name];
  const key = takeKey(Buffer.alloc(32, 1));
  const sealing = { nonce: Buffer.alloc(nonceBytes, 2), aad: Buffer.from('aad') };
  const plaintext = Buffer.from('attack at dawn');
  const sealed = aead.seal(key, sealing, plaintext);

  it('opens to what was sealed, and leaves the plaintext as it is', () => {
    expect(aead.open(key, sealing, sealed)).toEqual(plaintext);
    expect(plaintext.toString()).toBe('attack at dawn');
  });

  it('takes no data and no associated data', () => {
    const bare = { ...sealing, aad: Buffer.alloc(0) };
    const empty = aead.seal(key, bare, Buffer.alloc(0));
    expect(aead.open(key, bare, empty)).toEqual(Buffer.alloc(0));
    expect(aead.open(key, sealing, empty)).toBeUndefined();
  });

  it.each([0, 4, 8, 12, 13, 15, 17, 32])('does not open with a tag of %i bytes', (length) => {
    const tag = Buffer.concat([sealed.tag, sealed.tag]).subarray(0, length);
    expect(aead.open(key, sealing, { ciphertext: sealed.ciphertext, tag })).toBeUndefined();
  });

  it('does not open with any bit of nonce, associated data, ciphertext or tag flipped', () => {
    const attempts = [
      ...bitsOf(sealing.nonce).map((bit) =>
        aead.open(key, { ...sealing, nonce: flip(sealing.nonce, bit) }, sealed),
      ),
      ...bitsOf(sealing.aad).map((bit) =>
        aead.open(key, { ...sealing, aad: flip(sealing.aad, bit) }, sealed),
      ),
      ...bitsOf(sealed.ciphertext).map((bit) =>
        aead.open(key, sealing, { ...sealed, ciphertext: flip(sealed.ciphertext, bit) }),
      ),
      ...bitsOf(sealed.tag).map((bit) =>
        aead.open(key, sealing, { ...sealed, tag: flip(sealed.tag, bit) }),
      ),
    ];
    expect(new Set(attempts)).toEqual(new Set([undefined]));
  });

  it('does not open with another key', () => {
    for (const bit of bitsOf(Buffer.alloc(32))) {
      const other = takeKey(flip(Buffer.alloc(32, 1), bit));
      expect(aead.open(other, sealing, sealed)).toBeUndefined();
    }
  });

  it.each([16, 24, 31, 33])('takes no key of %i bytes', (length) => {
    const other = takeKey(Buffer.alloc(length, 1));
    expect(codeOf(() => aead.seal(other, sealing, plaintext))).toBe('internal');
    expect(codeOf(() => aead.open(other, sealing, sealed))).toBe('internal');
  });

  it.each([0, 8, 11, 12, 13, 16, 23, 24, 25].filter((length) => length !== nonceBytes))(
    'takes no nonce of %i bytes',
    (length) => {
      const other = { ...sealing, nonce: Buffer.alloc(length, 2) };
      expect(codeOf(() => aead.seal(key, other, plaintext))).toBe('internal');
      expect(codeOf(() => aead.open(key, other, sealed))).toBe('internal');
    },
  );
});
