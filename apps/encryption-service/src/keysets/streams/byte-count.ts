import { Transform } from 'node:stream';

/** How many bytes have passed. */
export class ByteCount {
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Hands a body on, and counts it. */
  async *of(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const bytes of body) {
      this.#bytes += bytes.length;
      yield bytes;
    }
  }

  /** A part of a pipeline that counts what passes it. */
  ofPassing(): Transform {
    return new Transform({
      transform: (bytes: Buffer, _encoding, done) => {
        this.#bytes += bytes.length;
        done(null, bytes);
      },
    });
  }
}
