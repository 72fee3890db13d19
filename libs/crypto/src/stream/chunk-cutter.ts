/**
 * Cuts bytes that arrive in pieces of any length into pieces of one length. It keeps less than one piece, whatever arrives.
 */
export class ChunkCutter {
  readonly #held: Buffer;
  #length = 0;

  /** @param size - bytes of a piece. */
  constructor(size: number) {
    this.#held = Buffer.alloc(size);
  }

  /** Bytes that are held: less than a piece. */
  get length(): number {
    return this.#length;
  }

  /**
   * The whole pieces that `bytes` complete. Each is borrowed until the next one is asked for, and all have to be taken.
   *
   * @param bytes - borrowed for as long.
   */
  *cut(bytes: Buffer): Generator<Buffer, void, undefined> {
    const size = this.#held.length;
    let offset = 0;
    while (this.#length + bytes.length - offset >= size) {
      if (this.#length === 0) {
        // Most of a long message is never copied.
        yield bytes.subarray(offset, offset + size);
        offset += size;
      } else {
        offset += this.#hold(bytes, offset);
        this.#length = 0;
        yield this.#held;
      }
    }
    this.#hold(bytes, offset);
  }

  /** What is left at the end. Borrowed until {@link clear}. */
  rest(): Buffer {
    return this.#held.subarray(0, this.#length);
  }

  /** Overwrites what is held. */
  clear(): void {
    this.#held.fill(0);
    this.#length = 0;
  }

  /** @returns how many bytes found room. */
  #hold(bytes: Buffer, offset: number): number {
    const copied = bytes.copy(this.#held, this.#length, offset);
    this.#length += copied;
    return copied;
  }
}
