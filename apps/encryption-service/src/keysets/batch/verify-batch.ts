import type { VerifiedItem } from '@app/contract';
import type { MessageCounter } from '../counting/message-counter.js';
import { openIn } from '../data/open-in-keyset.js';
import type { Opening } from '../data/opening.js';
import type { OpenKeyset } from '../use/keyset-uses.js';
import { assertOpensInside } from '../versions/key-version-state.js';
import type { DoneItem } from './batch-kind.js';
import { OpeningBatch } from './opening-batch.js';

const RULE = { kind: 'any', admit: assertOpensInside } as const;

/** `POST /v1/verify/batch`: says what opens, data and data keys alike, and never what is in it. */
export class VerifyBatch extends OpeningBatch<VerifiedItem> {
  readonly operation = 'verify-batch';
  readonly releases = false;

  constructor(private readonly counter: MessageCounter) {
    super();
  }

  async work(opening: Opening, keyset: OpenKeyset): Promise<DoneItem<VerifiedItem>> {
    const { blob, version } = await openIn(keyset, opening, RULE, this.counter);
    blob.data.fill(0);
    return { answer: { ok: true }, bytes: blob.data.length, opened: version.id };
  }
}
