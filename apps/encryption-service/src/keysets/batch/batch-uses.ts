import type { BatchItem } from '@app/contract';
import type { Call } from '@app/server';
import type { ClientCaller } from '../../callers/caller.js';
import type { DecryptBudget } from '../../limits/decrypt-budget.js';
import type { KeysetUses } from '../use/keyset-uses.js';
import type { BatchKind } from './batch-kind.js';
import { type BatchRequest, type BatchResult, BatchRun } from './batch-run.js';

/** Batches: many items of one encryption in one call, with one record. */
export class BatchUses {
  constructor(
    private readonly uses: KeysetUses,
    private readonly budget: DecryptBudget,
  ) {}

  /**
   * @returns a result for each item, in order.
   * @throws AppError as {@link KeysetUses.run}, for what is wrong with the call; `quota_exceeded`, and then nothing is released.
   */
  async run<Item extends BatchItem, Prepared, Answer extends object>(
    kind: BatchKind<Item, Prepared, Answer>,
    caller: ClientCaller,
    call: Call,
    request: BatchRequest,
  ): Promise<{ results: BatchResult<Answer>[] }> {
    const batch = await BatchRun.prepare(kind, request);
    const spending = this.budget.spending(caller);
    try {
      const results = await this.uses.run({
        caller,
        call,
        operation: kind.operation,
        encryptionId: request.encryptionId,
        versionIds: () => batch.versionIds(),
        isTolerant: true,
        needsActive: batch.needsActive,
        work: async (keyset) => {
          const worked = await batch.work(keyset);
          if (kind.releases && worked !== 'renew') await spending.upTo(worked.items);
          return worked;
        },
      });
      return { results };
    } finally {
      batch.dispose();
    }
  }
}
