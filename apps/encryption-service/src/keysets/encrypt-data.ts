import { type EncryptAnswer, type EncryptRequest, MAX_DATA_BYTES } from '@app/contract';
import { sealBlob } from '@app/crypto';
import { checkContext, decodeBase64 } from '@app/encoding';
import { AppError } from '@app/errors';
import type { Call } from '@app/server';
import type { ClientCaller } from '../callers/caller.js';
import { assertEncrypts } from './key-version-state.js';
import type { KeyUses } from './key-use.js';
import type { MessageCounter } from './message-counter.js';

/** What a body must have room for besides the data, so that decrypt can take back what encrypt answered. */
const BODY_OVERHEAD_BYTES = 48 * 1024;

/** Bytes of data in one call at most: 5 MiB, or what decrypt's body holds where that is configured smaller. */
export function dataLimit(bodyBytes: number): number {
  return Math.min(MAX_DATA_BYTES, Math.floor(((bodyBytes - BODY_OVERHEAD_BYTES) * 3) / 4));
}

function bytesOf(request: EncryptRequest, limit: number): Buffer {
  const { data, encoding } = request;
  const bytes = encoding === 'base64' ? decodeBase64(data, 'data') : Buffer.from(data, 'utf8');
  if (bytes.length > limit) throw new AppError('payload_too_large');
  return bytes;
}

/** Seals data under the active version of an encryption, or under the one that is named. */
export class EncryptData {
  constructor(
    private readonly uses: KeyUses,
    private readonly counter: MessageCounter,
    private readonly maxDataBytes: number,
  ) {}

  /** @throws AppError as {@link KeyUses.run}, and `invalid_base64`, `invalid_request`, `payload_too_large`. */
  async run(caller: ClientCaller, call: Call, request: EncryptRequest): Promise<EncryptAnswer> {
    const context = checkContext(request.context, 'context');
    const data = bytesOf(request, this.maxDataBytes);
    const { encryptionId, encryptionVersionId: versionId, encoding = 'utf8' } = request;
    try {
      return await this.uses.run({
        caller,
        call,
        operation: 'encrypt',
        encryptionId,
        versionId,
        admit: assertEncrypts,
        count: (encryption, version) => this.counter.take(encryption, version, 1, data.length),
        work: (keys, version) => {
          const { cipherText, metadata } = sealBlob(keys, {
            kind: 'data',
            encoding,
            context,
            data,
          });
          return {
            cipherText,
            encryptionId,
            encryptionVersionId: version.id,
            algorithm: version.suite,
            metadata: { ...metadata },
          };
        },
      });
    } finally {
      data.fill(0);
    }
  }
}
