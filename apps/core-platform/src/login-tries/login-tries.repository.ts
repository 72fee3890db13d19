import type { Act } from '../audit/act.js';

/** How many failures are allowed, and how long they are remembered. */
export interface TriesRule {
  /** So many of them lock. */
  readonly failures: number;
  /** Failures are forgotten after so long without another. */
  readonly memoryMillis: number;
}

/** What a try may do: go on; wait, since as many as are allowed are under way already; or not at all until a lock ends. */
export type Admission = 'admitted' | 'busy' | { readonly lockedUntil: Date };

/** Counts tries under keys, across replicas. */
export abstract class LoginTriesRepository {
  /** Counts a try before it is made, as if it had failed: however many are made at once, no more than the rule allows get through. */
  abstract reserve(key: Buffer, rule: TriesRule, now: Date): Promise<Admission>;

  /**
   * Says that an admitted try failed. The one that makes as many as the rule allows begins a lock: a minute, twice as long after each
   * further failure, an hour at most; a day after the last one it is forgotten.
   *
   * @param onLock - the record of a lock that begins. It is written in the same transaction.
   */
  abstract fail(key: Buffer, rule: TriesRule, now: Date, onLock: Act | undefined): Promise<void>;

  /** Takes an admitted try back: it tells nothing. */
  abstract takeBack(key: Buffer): Promise<void>;

  /** Says that an admitted try succeeded: earlier failures are forgotten. */
  abstract succeed(key: Buffer): Promise<void>;
}
