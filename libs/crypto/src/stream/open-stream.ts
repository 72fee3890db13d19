import { Transform, type TransformCallback } from 'node:stream';
import type { Context } from '@app/encoding';
import { toAppError } from '@app/errors';
import { decryptionFailed } from '../blob/decryption-failed.js';
import type { VersionKeys } from '../blob/version-keys.js';
import { MessageOpener } from './message-opener.js';
import { encodeStreamBinding } from './stream-binding.js';
import { parseStreamHeader, STREAM_HEADER_BYTES } from './stream-header.js';

class OpenTransform extends Transform {
  readonly #versionId: string;
  readonly #opener: MessageOpener;
  readonly #header = Buffer.alloc(STREAM_HEADER_BYTES);
  #headerLength = 0;

  constructor(versionId: string, opener: MessageOpener) {
    super();
    this.#versionId = versionId;
    this.#opener = opener;
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      const rest = this.#readHeader(bytes);
      for (const chunk of this.#opener.update(rest)) this.push(chunk);
      done();
    } catch (error) {
      done(toAppError(error));
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      done(null, this.#opener.end());
    } catch (error) {
      done(toAppError(error));
    }
  }

  #readHeader(bytes: Buffer): Buffer {
    if (this.#headerLength === STREAM_HEADER_BYTES) return bytes;
    const copied = bytes.copy(this.#header, this.#headerLength);
    this.#headerLength += copied;
    const isWhole = this.#headerLength === STREAM_HEADER_BYTES;
    if (isWhole && parseStreamHeader(this.#header) !== this.#versionId) throw decryptionFailed();
    return bytes.subarray(copied);
  }
}

/**
 * Opens a stream of `docs/spec/stream-v1.md` that is written into it, header included, in constant memory. It gives out authenticated
 * chunks alone, each as soon as it is whole. That nothing was cut off is certain only when it has ended: an error after the first bytes
 * means that what came out is a beginning, and must not be taken for the whole.
 *
 * @param keys - of the version `versionId`, which `readStreamHeader` found. Needed during this call alone.
 * @param context - what it was sealed with.
 * @returns bytes in, bytes out; destroyed with an AppError `decryption_failed` where anything does not fit, without saying what.
 * @throws AppError `invalid_request` for a context beyond its limits.
 */
export function openStream(keys: VersionKeys, versionId: string, context?: Context): Transform {
  const opener = new MessageOpener(keys.streamKey, encodeStreamBinding(keys, context));
  return new OpenTransform(versionId.toLowerCase(), opener);
}
