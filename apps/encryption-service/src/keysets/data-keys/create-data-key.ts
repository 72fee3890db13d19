import type { CreateDataKeyRequest, CreatedDataKeyAnswer } from '@app/contract';
import { generateDataKey } from '@app/crypto';
import { checkContext } from '@app/encoding';
import type { Call } from '@app/server';
import type { ClientCaller } from '../../callers/caller.js';
import { DATA_KEY_ITEMS, type DecryptBudget } from '../../limits/decrypt-budget.js';
import { assertEncrypts } from '../versions/key-version-state.js';
import type { KeyUses } from '../use/key-use.js';
import type { MessageCounter } from '../counting/message-counter.js';
import { sealUnder } from '../data/sealing.js';

/**
 * Makes a key for a caller to encrypt with by itself, and wraps it as a blob of its own kind. One that is handed over counts as one that
 * was opened: whoever keeps it need not ask for it later.
 */
export class CreateDataKey {
  constructor(
    private readonly uses: KeyUses,
    private readonly counter: MessageCounter,
    private readonly budget: DecryptBudget,
  ) {}

  /** @throws AppError as {@link KeyUses.run}, and `invalid_request`, `quota_exceeded`. */
  async run(
    caller: ClientCaller,
    call: Call,
    { encryptionId, context: sent, plaintext = false }: CreateDataKeyRequest,
  ): Promise<CreatedDataKeyAnswer> {
    const context = checkContext(sent, 'context');
    using key = generateDataKey();
    const data = key.expose();
    const spending = this.budget.spending(caller);
    // Awaited here: the key is overwritten when this function is left.
    return await this.uses.run({
      caller,
      call,
      operation: 'create-data-key',
      encryptionId,
      versionId: undefined,
      admit: assertEncrypts,
      count: (encryption, version) => this.counter.take(encryption, version, 1, data.length),
      bytes: () => data.length,
      work: async (keys, version) => {
        const sealed = { kind: 'data-key', encoding: 'base64', context, data } as const;
        const wrappedKey = sealUnder(keys, version, sealed);
        await spending.upTo(plaintext ? DATA_KEY_ITEMS : 0);
        return { wrappedKey, ...(plaintext ? { key: data.toString('base64') } : {}) };
      },
    });
  }
}
