import { describe, expect, it } from 'vitest';
import { NoncePool } from './nonce-pool.js';

/** Hands out buffers in which no four bytes come twice, and keeps them, so that a test can look behind the pool. */
class CountingSource {
  readonly filled: Buffer[] = [];
  now = 0;

  randomBytes(size: number): Buffer {
    const bytes = Buffer.alloc(size);
    for (let offset = 0; offset < size; offset += 4) {
      bytes.writeUInt32BE(this.filled.length * size + offset + 1, offset);
    }
    this.filled.push(bytes);
    return bytes;
  }

  monotonicMillis(): number {
    return this.now;
  }
}

function take(pool: NoncePool, count: number, size = 12): string[] {
  return Array.from({ length: count }, () => pool.take(size).toString('hex'));
}

describe('the pool of nonces', () => {
  it('hands out no nonce twice, within a buffer and across buffers', () => {
    const source = new CountingSource();
    const nonces = take(new NoncePool(source), 2000);
    expect(new Set(nonces).size).toBe(2000);
    expect(source.filled).toHaveLength(Math.ceil(2000 / 341));
  });

  it('takes a new buffer each time and never fills one again', () => {
    const source = new CountingSource();
    take(new NoncePool(source), 1000);
    expect(new Set(source.filled).size).toBe(source.filled.length);
  });

  it('zeroes behind what it handed out, and copies it first', () => {
    const source = new CountingSource();
    const nonce = new NoncePool(source).take(12);
    expect(source.filled[0]?.subarray(0, 12)).toEqual(Buffer.alloc(12));
    expect(nonce).not.toEqual(Buffer.alloc(12));
    expect(source.filled[0]?.subarray(12, 24)).not.toEqual(Buffer.alloc(12));
  });

  it('drops what is left after a second, zeroed', () => {
    const source = new CountingSource();
    const pool = new NoncePool(source);
    pool.take(12);
    source.now = 999;
    pool.take(12);
    expect(source.filled).toHaveLength(1);
    source.now = 1000;
    pool.take(12);
    expect(source.filled).toHaveLength(2);
    expect(source.filled[0]).toEqual(Buffer.alloc(4096));
  });

  it('does not cut a nonce out of two buffers', () => {
    const source = new CountingSource();
    const pool = new NoncePool(source);
    take(pool, 170, 24);
    const [first, second] = [pool.take(24), pool.take(12)];
    expect([first.length, second.length, source.filled.length]).toEqual([24, 12, 2]);
  });

  it('serves nonces of different sizes from one buffer without an overlap', () => {
    const source = new CountingSource();
    const pool = new NoncePool(source);
    expect(pool.take(24).subarray(12)).not.toEqual(pool.take(12));
    expect(source.filled).toHaveLength(1);
  });

  it('hands out nothing of a buffer that it could not replace', () => {
    const source = new CountingSource();
    const pool = new NoncePool(source);
    take(pool, 340);
    const works = source.randomBytes.bind(source);
    source.randomBytes = () => {
      throw new Error('no randomness');
    };
    // 16 bytes are left, all of them zeros from now on.
    expect(() => pool.take(24)).toThrow('no randomness');
    expect(() => pool.take(12)).toThrow('no randomness');
    source.randomBytes = works;
    expect(pool.take(12)).not.toEqual(Buffer.alloc(12));
  });

  it.each([4097, 0, -12, 1.5, Number.NaN])('refuses %d, which is no size of a nonce', (size) => {
    expect(() => new NoncePool(new CountingSource()).take(size)).toThrow('internal');
  });
});
