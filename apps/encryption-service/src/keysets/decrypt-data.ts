import type { DecryptAnswer, DecryptRequest } from '@app/contract';
import { type OpenedBlob, openBlob } from '@app/crypto';
import { checkContext, isCanonicalBase64 } from '@app/encoding';
import { AppError } from '@app/errors';
import type { Call } from '@app/server';
import type { ClientCaller } from '../callers/caller.js';
import { assertDecrypts } from './key-version-state.js';
import type { KeyUses } from './key-use.js';
import type { MessageCounter } from './message-counter.js';

function toAnswer({ data, encoding, origin }: OpenedBlob): DecryptAnswer {
  try {
    return {
      data: data.toString(encoding),
      encoding,
      ...(origin === undefined ? {} : { origin }),
    };
  } finally {
    data.fill(0);
  }
}

/** Opens what encrypt sealed. */
export class DecryptData {
  constructor(
    private readonly uses: KeyUses,
    private readonly counter: MessageCounter,
  ) {}

  /** @throws AppError as {@link KeyUses.run}, and `invalid_base64`, `invalid_request`, `decryption_failed`. */
  async run(caller: ClientCaller, call: Call, request: DecryptRequest): Promise<DecryptAnswer> {
    const {
      encryptionId,
      encryptionVersionId: versionId,
      cipherText,
      metadata,
      algorithm,
    } = request;
    const context = checkContext(request.context, 'context');
    // What is wrong with the request comes before whether there is such an encryption.
    if (!isCanonicalBase64(cipherText)) {
      throw new AppError('invalid_base64', {
        errors: [{ field: 'cipherText', message: 'must be canonical, padded base64' }],
      });
    }
    return this.uses.run({
      caller,
      call,
      operation: 'decrypt',
      encryptionId,
      versionId,
      admit: (_encryption, version) => {
        assertDecrypts(version);
      },
      count: (_encryption, version) => {
        this.counter.noteUse(version);
        return 'none';
      },
      work: (keys, version) => {
        if (algorithm !== undefined && algorithm !== version.suite)
          throw new AppError('decryption_failed');
        return toAnswer(openBlob(keys, { kind: 'data', cipherText, metadata, context }));
      },
    });
  }
}
