import type { DecryptAnswer } from '@app/contract';
import type { MessageCounter } from '../counting/message-counter.js';
import { openIn } from '../data/open-in-keyset.js';
import { type Opening, toDecryptAnswer } from '../data/opening.js';
import type { OpenKeyset } from '../use/keyset-uses.js';
import { assertDecrypts } from '../versions/key-version-state.js';
import type { DoneItem } from './batch-kind.js';
import { OpeningBatch } from './opening-batch.js';

const RULE = { kind: 'data', admit: assertDecrypts } as const;

/** `POST /v1/decrypt/batch`. */
export class DecryptBatch extends OpeningBatch<DecryptAnswer> {
  readonly operation = 'decrypt-batch';
  readonly releases = true;

  constructor(private readonly counter: MessageCounter) {
    super();
  }

  async work(opening: Opening, keyset: OpenKeyset): Promise<DoneItem<DecryptAnswer>> {
    const { blob, version } = await openIn(keyset, opening, RULE, this.counter);
    const bytes = blob.data.length;
    return { answer: toDecryptAnswer(blob), bytes, opened: version.id };
  }
}
