import { AppError } from '@app/errors';

const POOL_BYTES = 4096;
const MAX_AGE_MILLIS = 1000;
const NOTHING = Buffer.alloc(0);

/** Where a pool gets its bytes and its time from. */
export interface NonceSource {
  /** New random bytes of a CSPRNG, owned by the pool. */
  randomBytes(size: number): Buffer;
  /** Milliseconds of a clock that never goes back. */
  monotonicMillis(): number;
}

/**
 * Random nonces cut from 4 KiB at a time, since asking OpenSSL for 12 bytes costs half as much as encrypting 1 KiB. A buffer is filled
 * once, each nonce is copied out and zeroed behind, and what is left after a second is dropped: no byte can be handed out twice, and
 * little lies about. Not for keys or salts, which must not stand in memory before they are used.
 */
export class NoncePool {
  readonly #source: NonceSource;
  #bytes: Buffer = NOTHING;
  #offset = 0;
  #filledAt = 0;

  constructor(source: NonceSource) {
    this.#source = source;
  }

  /**
   * A nonce of `size` bytes, owned by the caller.
   *
   * @throws AppError `internal` for no size of a nonce; what the source throws.
   */
  take(size: number): Buffer {
    if (!Number.isSafeInteger(size) || size < 1 || size > POOL_BYTES)
      throw new AppError('internal', { cause: new RangeError('not the size of a nonce') });
    const now = this.#source.monotonicMillis();
    const end = this.#offset + size;
    const usable = end <= this.#bytes.length && now - this.#filledAt < MAX_AGE_MILLIS;
    return usable ? this.#cut(end) : this.#fillAndCut(size, now);
  }

  #fillAndCut(size: number, now: number): Buffer {
    this.#bytes.fill(0);
    // Let go of first: were the source to fail, what is left of zeros here would be the next nonce.
    this.#bytes = NOTHING;
    this.#offset = 0;
    this.#bytes = this.#source.randomBytes(POOL_BYTES);
    this.#filledAt = now;
    return this.#cut(size);
  }

  #cut(end: number): Buffer {
    const part = this.#bytes.subarray(this.#offset, end);
    const nonce = Buffer.from(part);
    part.fill(0);
    this.#offset = end;
    return nonce;
  }
}
