import { hkdfSync, createHmac } from 'node:crypto';
import { AppError } from '@app/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hkdfExpandSha512 } from './hkdf-expand.js';
import { takeKey } from './secret-key.js';

describe('HKDF-Expand with SHA-512', () => {
  it('is what HKDF does after its extraction, for any info and length', () => {
    const input = {
      ikm: fc.uint8Array({ minLength: 1, maxLength: 80 }),
      info: fc.uint8Array({ maxLength: 200 }),
      bytes: fc.integer({ min: 1, max: 300 }),
    };
    fc.assert(
      fc.property(fc.record(input), ({ ikm, info, bytes }) => {
        const prk = takeKey(createHmac('sha512', Buffer.alloc(64)).update(ikm).digest());
        const expected = Buffer.from(hkdfSync('sha512', ikm, Buffer.alloc(0), info, bytes));
        expect(hkdfExpandSha512(prk, Buffer.from(info), bytes)).toEqual(expected);
      }),
    );
  });

  it('gives 255 blocks and not one byte more', () => {
    const prk = takeKey(Buffer.alloc(32, 1));
    const info = Buffer.alloc(5000, 2);
    expect(hkdfExpandSha512(prk, info, 16_320)).toHaveLength(16_320);
    expect(() => hkdfExpandSha512(prk, info, 16_321)).toThrow(AppError);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses to derive %d bytes', (bytes) => {
    const prk = takeKey(Buffer.alloc(32, 1));
    expect(() => hkdfExpandSha512(prk, Buffer.alloc(0), bytes)).toThrow(AppError);
  });
});
