import type { DecryptAnswer, DecryptRequest } from '@app/contract';
import type { Call } from '@app/server';
import type { ClientCaller } from '../../callers/caller.js';
import { assertDecrypts } from '../versions/key-version-state.js';
import type { KeyUses } from '../use/key-use.js';
import type { MessageCounter } from '../counting/message-counter.js';
import { openUnder, parseOpening, toDecryptAnswer } from './opening.js';

/** Opens what encrypt sealed. */
export class DecryptData {
  constructor(
    private readonly uses: KeyUses,
    private readonly counter: MessageCounter,
  ) {}

  /** @throws AppError as {@link KeyUses.run}, and `invalid_base64`, `invalid_request`, `decryption_failed`. */
  async run(caller: ClientCaller, call: Call, request: DecryptRequest): Promise<DecryptAnswer> {
    const opening = parseOpening(request);
    return this.uses.run({
      caller,
      call,
      operation: 'decrypt',
      encryptionId: request.encryptionId,
      versionId: opening.versionId,
      admit: (_encryption, version) => {
        assertDecrypts(version);
      },
      count: (_encryption, version) => {
        this.counter.noteUse(version);
        return 'none';
      },
      work: (keys, version) => toDecryptAnswer(openUnder(keys, version, opening, 'data')),
    });
  }
}
