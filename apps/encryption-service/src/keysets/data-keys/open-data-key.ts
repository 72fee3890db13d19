import type { DataKeyAnswer, DecryptRequest } from '@app/contract';
import type { Call } from '@app/server';
import type { ClientCaller } from '../../callers/caller.js';
import { assertDecrypts } from '../versions/key-version-state.js';
import type { KeyUses } from '../use/key-use.js';
import type { MessageCounter } from '../counting/message-counter.js';
import { openUnder, parseOpening, toDecryptAnswer } from '../data/opening.js';

/** Opens a data key. It opens nothing else, and decrypt opens no data key. */
export class OpenDataKey {
  constructor(
    private readonly uses: KeyUses,
    private readonly counter: MessageCounter,
  ) {}

  /** @throws AppError as {@link KeyUses.run}, and `invalid_base64`, `invalid_request`, `decryption_failed`. */
  async run(caller: ClientCaller, call: Call, request: DecryptRequest): Promise<DataKeyAnswer> {
    const opening = parseOpening(request);
    return this.uses.run({
      caller,
      call,
      operation: 'open-data-key',
      encryptionId: request.encryptionId,
      versionId: opening.versionId,
      admit: (_encryption, version) => {
        assertDecrypts(version);
      },
      count: (_encryption, version) => {
        this.counter.noteUse(version);
        return 'none';
      },
      work: (keys, version) => {
        const opened = openUnder(keys, version, opening, 'data-key');
        return { key: toDecryptAnswer(opened).data };
      },
    });
  }
}
