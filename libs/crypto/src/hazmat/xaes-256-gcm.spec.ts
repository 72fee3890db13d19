import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { takeKey } from './secret-key.js';
import { XAES_256_GCM } from './xaes-256-gcm.js';

const NONCE = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX');
const PLAINTEXT = Buffer.from('XAES-256-GCM');

/** The vectors of c2sp.org/XAES-256-GCM: the first bit of the encrypted zero block is 0 in the first, 1 in the second. */
const VECTORS = [
  [1, '', 'ce546ef63c9cc60765923609', 'b33a9a1974e96e52daf2fcf7075e2271'],
  [3, 'c2sp.org/XAES-256-GCM', '986ec1832593df5443a17943', '7fd083bf3fdb41abd740a21f71eb769d'],
] as const;

/** Reads the stream of SHAKE-128 of nothing, which is the source of random values of the accumulated vectors. */
class ShakeStream {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: number) {
    this.#bytes = createHash('shake128', { outputLength: bytes }).digest();
  }

  read(length: number): Buffer {
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  readWithLength(): Buffer {
    return this.read(this.read(1).readUInt8());
  }
}

function accumulate(iterations: number): string {
  const stream = new ShakeStream(iterations * (32 + 24 + 2 * 256));
  const digest = createHash('shake128', { outputLength: 32 });
  for (let index = 0; index < iterations; index += 1) {
    const key = takeKey(Buffer.from(stream.read(32)));
    const nonce = stream.read(24);
    const plaintext = stream.readWithLength();
    const sealing = { nonce, aad: stream.readWithLength() };
    const sealed = XAES_256_GCM.seal(key, sealing, plaintext);
    digest.update(sealed.ciphertext).update(sealed.tag);
    if (!XAES_256_GCM.open(key, sealing, sealed)?.equals(plaintext)) return 'does not open';
  }
  return digest.digest('hex');
}

describe('XAES-256-GCM beside its specification', () => {
  it.each(VECTORS)('meets the vector of keys of bytes %i', (byte, aad, ciphertext, tag) => {
    const key = takeKey(Buffer.alloc(32, byte));
    const sealing = { nonce: NONCE, aad: Buffer.from(aad) };
    const expected = { ciphertext: Buffer.from(ciphertext, 'hex'), tag: Buffer.from(tag, 'hex') };
    expect(XAES_256_GCM.seal(key, sealing, PLAINTEXT)).toEqual(expected);
    expect(XAES_256_GCM.open(key, sealing, expected)).toEqual(PLAINTEXT);
  });

  it('meets the accumulated vector of 10,000 random messages', () => {
    expect(accumulate(10_000)).toBe(
      'e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939',
    );
  });

  it('gives the same again under a key that was used before', () => {
    const key = takeKey(Buffer.alloc(32, 9));
    const sealing = { nonce: NONCE, aad: Buffer.alloc(0) };
    const first = XAES_256_GCM.seal(key, sealing, PLAINTEXT);
    expect(XAES_256_GCM.seal(key, sealing, PLAINTEXT)).toEqual(first);
    expect(XAES_256_GCM.seal(takeKey(Buffer.alloc(32, 9)), sealing, PLAINTEXT)).toEqual(first);
  });
});
