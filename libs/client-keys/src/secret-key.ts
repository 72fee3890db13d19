import { invalidField } from '@app/errors';

const SHOWN = '[secret]';
const KEY_BYTES = 32;

/**
 * 32 secret bytes that do not print: `toString`, `toJSON` and Node's `inspect` give `[secret]`. It is the `SecretBytes` of runtimes without
 * Buffer. The bytes are owned by this object, and {@link dispose} overwrites them; copies that a runtime made stay out of reach.
 */
export class SecretKey {
  readonly #bytes: Uint8Array;
  #disposed = false;

  /**
   * Takes ownership of `bytes`: the caller must not keep them.
   *
   * @param field - names the key in a refusal.
   * @throws AppError `invalid_request` for anything but 32 bytes.
   */
  constructor(bytes: Uint8Array, field = 'key') {
    if (bytes.length !== KEY_BYTES) throw invalidField(field, 'must be 32 bytes');
    this.#bytes = bytes;
  }

  /** 32 new bytes of the runtime's cryptographic random numbers: a master key, a device secret, or the private half of a key pair. */
  static random(): SecretKey {
    return new SecretKey(globalThis.crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
  }

  /** The one exit, easy to find in a review. Borrowed: the caller neither keeps nor changes what it gets. */
  expose(): Uint8Array {
    if (this.#disposed) throw new Error('a secret was used after it had been disposed of');
    return this.#bytes;
  }

  /** Compares in constant time, as far as a JavaScript engine lets it. */
  equals(other: SecretKey): boolean {
    const [mine, theirs] = [this.expose(), other.expose()];
    let difference = 0;
    for (let at = 0; at < KEY_BYTES; at += 1) difference |= (mine[at] ?? 0) ^ (theirs[at] ?? 0);
    return difference === 0;
  }

  /** Overwrites the bytes with zeros. May be called twice. */
  dispose(): void {
    this.#bytes.fill(0);
    this.#disposed = true;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}
