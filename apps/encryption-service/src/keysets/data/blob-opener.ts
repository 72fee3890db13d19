import type { DecryptAnswer, DecryptRequest } from '@app/contract';
import type { BlobKind } from '@app/crypto';
import type { Call } from '@app/server';
import type { ClientCaller } from '../../callers/caller.js';
import type { MessageCounter } from '../counting/message-counter.js';
import type { KeyUse, KeyUses } from '../use/key-use.js';
import { assertDecrypts } from '../versions/key-version-state.js';
import { openUnder, parseOpening, toDecryptAnswer } from './opening.js';

/** How a use that opens for its caller is admitted, and that it is no message. */
export function openingUse(counter: MessageCounter): Pick<KeyUse<unknown>, 'admit' | 'count'> {
  return {
    admit: (_encryption, version) => {
      assertDecrypts(version);
    },
    count: (_encryption, version) => {
      counter.noteUse(version);
      return 'none';
    },
  };
}

/** Opens one blob of one kind: what one operation opens no other does. */
export class BlobOpener {
  constructor(
    private readonly uses: KeyUses,
    private readonly counter: MessageCounter,
  ) {}

  /** @throws AppError as {@link KeyUses.run}, and `invalid_base64`, `invalid_request`, `decryption_failed`. */
  async run(
    caller: ClientCaller,
    call: Call,
    request: DecryptRequest,
    opens: { readonly operation: string; readonly kind: BlobKind },
  ): Promise<DecryptAnswer> {
    const opening = parseOpening(request);
    return this.uses.run({
      caller,
      call,
      operation: opens.operation,
      encryptionId: request.encryptionId,
      versionId: opening.versionId,
      ...openingUse(this.counter),
      work: (keys, version) => toDecryptAnswer(openUnder(keys, version, opening, opens.kind)),
    });
  }
}
