import { type ExportedEncryption, MAX_PAYLOAD_BYTES } from '@app/crypto';
import { AppError } from '@app/errors';

/** What a file has besides the versions: the envelope, the signer's key and the warning. */
const FILE_OVERHEAD_BYTES = 4096;
/** No version of an export is smaller. */
const LEAST_VERSION_BYTES = 300;

/**
 * How large an export may become: as large as what this service takes as a body, so that whatever is exported can be imported.
 */
export class FileLimit {
  readonly #payloadBytes: number;

  /** @param bodyBytes - of a request body at most. */
  constructor(bodyBytes: number) {
    const fits = Math.floor(((bodyBytes - FILE_OVERHEAD_BYTES) * 3) / 4);
    this.#payloadBytes = Math.min(fits, MAX_PAYLOAD_BYTES - FILE_OVERHEAD_BYTES);
  }

  /** Before anything is read. @throws AppError `payload_too_large`. */
  assertVersions(count: number): void {
    if (count * LEAST_VERSION_BYTES > this.#payloadBytes) throw tooLarge();
  }

  /** @throws AppError `payload_too_large`. */
  assertFits(encryptions: readonly ExportedEncryption[]): void {
    if (Buffer.byteLength(JSON.stringify(encryptions)) > this.#payloadBytes) throw tooLarge();
  }
}

function tooLarge(): AppError {
  return new AppError('payload_too_large', {
    detail:
      'The file would be larger than a body that import takes. Export fewer encryptions at once, or have limits.bodyBytes raised.',
  });
}
