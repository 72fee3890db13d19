import { timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const SHOWN = '[secret]';

/**
 * Secret bytes that do not print: `toString`, `toJSON` and `util.inspect` give `[secret]`. The bytes are owned by this object, and
 * {@link dispose} overwrites them. JavaScript cannot promise erasure: copies made by a garbage collector or by OpenSSL stay out of
 * reach.
 */
export class SecretBytes {
  readonly #bytes: Buffer;
  #disposed = false;

  /** Takes ownership of `bytes`: the caller must not keep them. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** A secret of a copy of `bytes`; the caller keeps and overwrites its own. */
  static copyOf(bytes: Uint8Array): SecretBytes {
    return new SecretBytes(Buffer.from(bytes));
  }

  /** Another secret of the same bytes, for whoever needs them longer than their owner does; the caller disposes of it. */
  copy(): SecretBytes {
    return SecretBytes.copyOf(this.expose());
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** The one exit, easy to find in a review. Borrowed: the caller neither keeps nor changes what it gets. */
  expose(): Buffer {
    if (this.#disposed) throw new Error('a secret was used after it had been disposed of');
    return this.#bytes;
  }

  /** Compares in constant time for equal lengths; the length itself is no secret. */
  equals(other: SecretBytes): boolean {
    return this.length === other.length && timingSafeEqual(this.expose(), other.expose());
  }

  /** Overwrites the bytes with zeros. May be called twice. */
  dispose(): void {
    this.#bytes.fill(0);
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
