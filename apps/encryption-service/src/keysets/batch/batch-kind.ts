import type { BatchItem, DtoClass } from '@app/contract';
import type { SealingKeyset } from '../data/counted-sealing.js';
import type { OpenKeyset } from '../use/keyset-uses.js';

/** An item that was done, under which versions. */
export interface DoneItem<Answer> {
  readonly answer: Answer;
  /** Bytes of plaintext that were sealed or opened. */
  readonly bytes: number;
  /** The version that it was opened under. */
  readonly opened?: string;
  /** The version that it was sealed under. */
  readonly sealed?: string;
}

/** What one kind of batch does with an item. What it throws is the item's error, unless it is the call's. */
export interface BatchKind<Item extends BatchItem, Prepared, Answer extends object> {
  readonly operation: string;
  /** Whether plaintext is in its answers: then they count in the decrypt budget. */
  readonly releases: boolean;
  /** The class of an item. */
  readonly item: DtoClass<Item>;
  /**
   * Reads an item, before the database is asked for anything.
   *
   * @throws AppError for what is wrong with it.
   */
  prepare(item: Item): Prepared;
  /** The version that it names. */
  versionIdOf(prepared: Prepared): string | undefined;
  /** Whether it needs an active version. */
  needsActive(prepared: Prepared): boolean;
  /**
   * Does it, once.
   *
   * @returns `renew` where a new active version must be made first; nothing is counted then.
   * @throws AppError.
   */
  work(prepared: Prepared, keyset: SealingKeyset): Promise<DoneItem<Answer> | 'renew'>;
  /** Whether what was done before something changed may still be released. */
  stands(done: DoneItem<Answer>, keyset: OpenKeyset, prepared: Prepared): boolean;
  /** Overwrites what a prepared item holds. */
  dispose(prepared: Prepared): void;
}
