import { type BatchItem, type ItemFailure, parseDto } from '@app/contract';
import { AppError, invalidField } from '@app/errors';
import { Turns } from '@app/pacing';
import type { KeysetWork, OpenKeyset } from '../use/keyset-uses.js';
import { type SealingKeyset, sealingKeyset } from '../data/counted-sealing.js';
import type { BatchKind, DoneItem } from './batch-kind.js';
import { toItemError, toItemFailure } from './item-error.js';

/** The call of a batch, its items not looked at yet. */
export interface BatchRequest {
  readonly encryptionId: string;
  readonly items: readonly unknown[];
}

export type BatchResult<Answer> = (Answer & { reference?: string }) | ItemFailure;

type Outcome<Answer> = DoneItem<Answer> | AppError | 'renew' | undefined;

interface Entry<Prepared, Answer> {
  readonly reference: { readonly reference?: string };
  readonly prepared: Prepared | AppError;
  /** What it came to; a failure is looked at again by the next try. */
  outcome: Outcome<Answer>;
}

function referenceOf(item: unknown): { reference?: string } {
  const reference = (item as { reference?: unknown } | null)?.reference;
  return typeof reference === 'string' ? { reference } : {};
}

/**
 * One batch from its items to its results. It may be tried several times, since rows may change and versions fill up meanwhile: what is
 * done and still stands is not done again, so that each message is counted once.
 */
export class BatchRun<Item extends BatchItem, Prepared, Answer extends object> {
  readonly #entries: Entry<Prepared, Answer>[] = [];
  readonly #turns = new Turns();
  #needsActive = false;
  #alarms = new Map<string, AppError>();

  private constructor(private readonly kind: BatchKind<Item, Prepared, Answer>) {}

  /** Reads the items. What is wrong in one is its own error. */
  static async prepare<Item extends BatchItem, Prepared, Answer extends object>(
    kind: BatchKind<Item, Prepared, Answer>,
    { encryptionId, items }: BatchRequest,
  ): Promise<BatchRun<Item, Prepared, Answer>> {
    const run = new BatchRun(kind);
    for (const item of items) {
      run.#add(item, encryptionId);
      if (run.#turns.isOver) await run.#turns.end();
    }
    return run;
  }

  get needsActive(): boolean {
    return this.#needsActive;
  }

  /** Those that items name, and those that items were done under. */
  versionIds(): string[] {
    const ids = new Set<string | undefined>();
    for (const { prepared, outcome } of this.#entries) {
      if (!(prepared instanceof AppError)) ids.add(this.kind.versionIdOf(prepared));
      if (isDone(outcome)) ids.add(outcome.opened).add(outcome.sealed);
    }
    return [...ids].filter((id) => id !== undefined);
  }

  /** Does what is not done yet. @throws AppError for what is wrong with the call. */
  async work(keyset: OpenKeyset): Promise<KeysetWork<BatchResult<Answer>[]> | 'renew'> {
    this.#alarms = new Map();
    const open = sealingKeyset(keyset);
    for (const entry of this.#entries) {
      if (!this.#stands(entry, keyset)) await this.#do(entry, open);
      if (entry.outcome === 'renew' || open.mustRenew) return 'renew';
      if (this.#turns.isOver) await this.#turns.end();
    }
    return { ...this.#result(), isDue: open.isDue };
  }

  /** Overwrites what the items held. */
  dispose(): void {
    for (const { prepared } of this.#entries) {
      if (!(prepared instanceof AppError)) this.kind.dispose(prepared);
    }
  }

  #add(item: unknown, encryptionId: string): void {
    const reference = referenceOf(item);
    try {
      const checked = parseDto(this.kind.item, item, 'item');
      if (checked.encryptionId !== undefined && checked.encryptionId !== encryptionId)
        throw invalidField('encryptionId', 'must be the one of the call');
      const prepared = this.kind.prepare(checked);
      this.#needsActive ||= this.kind.needsActive(prepared);
      this.#entries.push({ reference, prepared, outcome: undefined });
    } catch (thrown) {
      this.#entries.push({ reference, prepared: toItemFailure(thrown), outcome: undefined });
    }
  }

  #stands({ prepared, outcome }: Entry<Prepared, Answer>, keyset: OpenKeyset): boolean {
    if (prepared instanceof AppError || !isDone(outcome)) return false;
    return this.kind.stands(outcome, keyset, prepared);
  }

  async #do(entry: Entry<Prepared, Answer>, keyset: SealingKeyset): Promise<void> {
    const { prepared } = entry;
    if (prepared instanceof AppError) {
      entry.outcome = prepared;
      return;
    }
    try {
      entry.outcome = await this.kind.work(prepared, keyset);
    } catch (thrown) {
      const failure = toItemFailure(thrown);
      const versionId = this.kind.versionIdOf(prepared) ?? keyset.active?.id;
      if (failure.alarm !== undefined && versionId !== undefined)
        this.#alarms.set(versionId, failure);
      entry.outcome = failure;
    }
  }

  #result(): KeysetWork<BatchResult<Answer>[]> {
    const itemsByVersion = new Map<string, number>();
    const result: BatchResult<Answer>[] = [];
    let firstFailure: AppError | undefined;
    let items = 0;
    let bytes = 0;
    for (const { reference, outcome } of this.#entries) {
      if (isDone(outcome)) {
        items += 1;
        bytes += outcome.bytes;
        countUp(itemsByVersion, outcome.opened);
        countUp(itemsByVersion, outcome.sealed);
        result.push({ ...reference, ...outcome.answer });
      } else if (outcome instanceof AppError) {
        firstFailure ??= outcome;
        result.push({ ...reference, error: toItemError(outcome) });
      }
    }
    const failed = result.length - items;
    const outcome = items > 0 ? 'success' : (firstFailure?.code ?? 'success');
    return { result, outcome, items, bytes, failed, itemsByVersion, alarms: this.#alarms };
  }
}

function isDone<Answer>(outcome: Outcome<Answer>): outcome is DoneItem<Answer> {
  return typeof outcome === 'object' && !(outcome instanceof AppError);
}

function countUp(counts: Map<string, number>, id: string | undefined): void {
  if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
}
