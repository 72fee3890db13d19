import { uuidBytes } from '@app/encoding';
import { decryptionFailed } from '../blob/decryption-failed.js';

const MAGIC = Buffer.from('KWS1', 'latin1');
const VERSION_ID_BYTES = 16;

/** Bytes of a stream's header: the magic, then the version's id. */
export const STREAM_HEADER_BYTES = MAGIC.length + VERSION_ID_BYTES;

/** The header of `docs/spec/stream-v1.md`. */
export function encodeStreamHeader(versionId: string): Buffer {
  return Buffer.concat([MAGIC, uuidBytes(versionId)]);
}

/**
 * The version's id of a header, in lower case.
 *
 * @param header - {@link STREAM_HEADER_BYTES}; what is shorter is refused.
 * @throws AppError `decryption_failed` for another magic or a header that was cut off.
 */
export function parseStreamHeader(header: Buffer): string {
  const isOurs = header.length === STREAM_HEADER_BYTES && header.subarray(0, 4).equals(MAGIC);
  if (!isOurs) throw decryptionFailed();
  const hex = header.toString('hex', MAGIC.length);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A stream of which the header has been looked at. */
export interface HeadedStream {
  /** Which version's keys open it, in lower case. Not authentic before it does. */
  readonly versionId: string;
  /** The whole stream, its header included. To be read to its end, or returned, which also ends the source. */
  readonly stream: AsyncIterableIterator<Buffer>;
}

/** The beginning, then the rest. No generator: one that was never asked for anything ends without its `finally`, and its source stays open. */
function chain(first: Buffer, rest: AsyncIterator<Uint8Array>): AsyncIterableIterator<Buffer> {
  let beginning: Buffer | undefined = first;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (beginning !== undefined) {
        const value = beginning;
        beginning = undefined;
        return { done: false, value };
      }
      const next = await rest.next();
      return next.done === true
        ? { done: true, value: undefined }
        : { done: false, value: toBuffer(next.value) };
    },
    async return() {
      beginning = undefined;
      await rest.return?.();
      return { done: true, value: undefined };
    },
  };
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Reads as much of a stream as its header needs, so that the keys can be found before anything else of it is read.
 *
 * @param source - a body, a file or anything else that gives bytes. It is not read further than needed, and left open where this throws: the
 * caller may have to answer over the same connection.
 * @throws AppError `decryption_failed` for another magic or a stream that ends within its header; what the source throws.
 */
export async function readStreamHeader(source: AsyncIterable<Uint8Array>): Promise<HeadedStream> {
  const bytes = source[Symbol.asyncIterator]();
  let read = Buffer.alloc(0);
  while (read.length < STREAM_HEADER_BYTES) {
    const next = await bytes.next();
    if (next.done === true) break;
    read = Buffer.concat([read, next.value]);
  }
  const versionId = parseStreamHeader(read.subarray(0, STREAM_HEADER_BYTES));
  return { versionId, stream: chain(read, bytes) };
}
