import type { CreateDataKeyRequest, CreatedDataKeyAnswer } from '@app/contract';
import { generateDataKey } from '@app/crypto';
import { checkContext } from '@app/encoding';
import type { Call } from '@app/server';
import type { ClientCaller } from '../../callers/caller.js';
import { assertEncrypts } from '../versions/key-version-state.js';
import type { KeyUses } from '../use/key-use.js';
import type { MessageCounter } from '../counting/message-counter.js';
import { sealUnder } from '../data/sealing.js';

/** Makes a key for a caller to encrypt with by itself, and wraps it as a blob of its own kind. */
export class CreateDataKey {
  constructor(
    private readonly uses: KeyUses,
    private readonly counter: MessageCounter,
  ) {}

  /** @throws AppError as {@link KeyUses.run}, and `invalid_request`. */
  async run(
    caller: ClientCaller,
    call: Call,
    { encryptionId, context: sent, plaintext = false }: CreateDataKeyRequest,
  ): Promise<CreatedDataKeyAnswer> {
    const context = checkContext(sent, 'context');
    using key = generateDataKey();
    const data = key.expose();
    // Awaited here: the key is overwritten when this function is left.
    return await this.uses.run({
      caller,
      call,
      operation: 'create-data-key',
      encryptionId,
      versionId: undefined,
      admit: assertEncrypts,
      count: (encryption, version) => this.counter.take(encryption, version, 1, data.length),
      work: (keys, version) => ({
        wrappedKey: sealUnder(keys, version, {
          kind: 'data-key',
          encoding: 'base64',
          context,
          data,
        }),
        ...(plaintext ? { key: data.toString('base64') } : {}),
      }),
    });
  }
}
