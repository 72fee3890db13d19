const LINE_FEED = 0x0a;

/** A line that is longer than what is taken; its bytes are gone. */
export const TOO_LONG = Symbol('too long');

/**
 * Cuts bytes into lines at each line feed, holding one line at a time. A last line needs no line feed.
 *
 * @param mostBytes - what a line may have. In place of a longer one comes {@link TOO_LONG}.
 */
export async function* splitLines(
  source: AsyncIterable<Uint8Array>,
  mostBytes: number,
): AsyncGenerator<Uint8Array | typeof TOO_LONG, void, undefined> {
  const line = new Line(mostBytes);
  for await (const bytes of source) {
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      line.add(bytes.subarray(start, end));
      yield line.take();
      start = end + 1;
    }
    line.add(bytes.subarray(start));
  }
  if (!line.isEmpty) yield line.take();
}

class Line {
  readonly #mostBytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  add(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length <= this.#mostBytes) this.#parts.push(part);
    else this.#parts = [];
  }

  take(): Uint8Array | typeof TOO_LONG {
    const line = this.#length > this.#mostBytes ? TOO_LONG : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}
