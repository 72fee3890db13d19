import { Transform, type TransformCallback } from 'node:stream';
import type { Context } from '@app/encoding';
import { AppError, toAppError } from '@app/errors';
import type { VersionKeys } from '../blob/version-keys.js';
import { randomSecret } from '../hazmat/random.js';
import { SALT_BYTES } from './chunk-keys.js';
import { MessageSealer } from './message-sealer.js';
import { encodeStreamBinding } from './stream-binding.js';
import { encodeStreamHeader } from './stream-header.js';

class SealTransform extends Transform {
  readonly #header: Buffer;
  readonly #sealer: MessageSealer;

  constructor(header: Buffer, sealer: MessageSealer) {
    super();
    this.#header = header;
    this.#sealer = sealer;
  }

  override _construct(done: (error?: Error | null) => void): void {
    this.push(Buffer.concat([this.#header, this.#sealer.head()]));
    done();
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      for (const chunk of this.#sealer.update(bytes)) this.push(chunk);
      done();
    } catch (error) {
      done(toAppError(error));
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      done(null, this.#sealer.end());
    } catch (error) {
      done(toAppError(error));
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#sealer.dispose();
    done(error);
  }
}

/**
 * Seals what is written into it as one stream of `docs/spec/stream-v1.md`, of any length up to 4 PiB, in constant memory. The caller
 * counts it as one message against the suite's limit before.
 *
 * @param keys - of the version `versionId`. Needed during this call alone.
 * @param context - authenticated, not stored: opening needs the same.
 * @returns bytes in, bytes out; destroyed with an AppError where something fails. What came out of one that did not end is no stream.
 * @throws AppError `invalid_request` for a context beyond its limits; `internal` for keys of another version, which nobody would open it
 * with.
 */
export function sealStream(keys: VersionKeys, versionId: string, context?: Context): Transform {
  if (!keys.isOf(versionId)) {
    throw new AppError('internal', { cause: new TypeError('the keys are of another version') });
  }
  const salt = randomSecret(SALT_BYTES);
  const sealer = new MessageSealer(keys.streamKey, salt, encodeStreamBinding(keys, context));
  return new SealTransform(encodeStreamHeader(versionId), sealer);
}
