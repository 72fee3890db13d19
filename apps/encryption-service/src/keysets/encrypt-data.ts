import { type EncryptAnswer, type EncryptRequest, MAX_DATA_BYTES } from '@app/contract';
import { sealBlob, SUITES } from '@app/crypto';
import { checkContext, decodeBase64 } from '@app/encoding';
import { AppError } from '@app/errors';
import type { Call } from '@app/server';
import type { ClientCaller } from '../callers/caller.js';
import { assertEncrypts } from './key-version-state.js';
import type { KeyUses } from './key-use.js';
import type { MessageCounter } from './message-counter.js';

function bytesOf(request: EncryptRequest): Buffer {
  const { data, encoding } = request;
  const bytes = encoding === 'base64' ? decodeBase64(data, 'data') : Buffer.from(data, 'utf8');
  if (bytes.length > MAX_DATA_BYTES) throw new AppError('payload_too_large');
  return bytes;
}

/** Seals data under the active version of an encryption, or under the one that is named. */
export class EncryptData {
  constructor(
    private readonly uses: KeyUses,
    private readonly counter: MessageCounter,
  ) {}

  /** @throws AppError as {@link KeyUses.run}, and `invalid_base64`, `invalid_request`, `payload_too_large`. */
  async run(caller: ClientCaller, call: Call, request: EncryptRequest): Promise<EncryptAnswer> {
    const context = checkContext(request.context, 'context');
    const data = bytesOf(request);
    const { encryptionId, encryptionVersionId: versionId, encoding = 'utf8' } = request;
    try {
      return await this.uses.run({
        caller,
        call,
        operation: 'encrypt',
        encryptionId,
        versionId,
        admit: assertEncrypts,
        count: ({ tenantId, id, suite }) =>
          this.counter.take(tenantId, id, SUITES[suite].hardLimit.messages),
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
