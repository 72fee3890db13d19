import type { DecryptAnswer, DecryptRequest } from '@app/contract';
import type { BlobKind } from '@app/crypto';
import type { Call } from '@app/server';
import type { ClientCaller } from '../../callers/caller.js';
import type { DecryptBudget } from '../../limits/decrypt-budget.js';
import type { MessageCounter } from '../counting/message-counter.js';
import type { KeyUse, KeyUses } from '../use/key-use.js';
import { assertDecrypts } from '../versions/key-version-state.js';
import { openUnder, parseOpening, toPaidAnswer } from './opening.js';

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

/** What one operation opens, and what it takes of the decrypt budget. */
export interface Opens {
  readonly operation: string;
  readonly kind: BlobKind;
  readonly items: number;
}

/** Opens one blob of one kind: what one operation opens no other does. */
export class BlobOpener {
  constructor(
    private readonly uses: KeyUses,
    private readonly counter: MessageCounter,
    private readonly budget: DecryptBudget,
  ) {}

  /** @throws AppError as {@link KeyUses.run}, and `invalid_base64`, `invalid_request`, `decryption_failed`, `quota_exceeded`. */
  async run(
    caller: ClientCaller,
    call: Call,
    request: DecryptRequest,
    { operation, kind, items }: Opens,
  ): Promise<DecryptAnswer> {
    const opening = parseOpening(request);
    const spending = this.budget.spending(caller);
    let bytes = 0;
    return this.uses.run({
      caller,
      call,
      operation,
      encryptionId: request.encryptionId,
      versionId: opening.versionId,
      ...openingUse(this.counter),
      bytes: () => bytes,
      work: (keys, version) => {
        const blob = openUnder(keys, version, opening, kind);
        bytes = blob.data.length;
        return toPaidAnswer(blob, () => spending.upTo(items));
      },
    });
  }
}
