import type { LimitRule } from './rules.js';

/** What a store gave. */
export interface Grant {
  /** Whole tokens, from 0 to as many as were wanted: what there is. */
  readonly granted: number;
  /** 0 where all were given; else how many milliseconds it takes until there is one more. */
  readonly retryAfterMillis: number;
  /** For how many milliseconds what was given is good: a day's tokens end with the day. */
  readonly goodForMillis: number;
}

/**
 * Buckets by key, for everybody who has the store. Any number of takers at once are given, from any moment to any later one, no more than
 * the rule's rate in between and its burst; of a day, no more than its budget. A key that was never seen is full.
 */
export abstract class TokenStore {
  /**
   * Takes up to `wanted` tokens.
   *
   * @param key - at most 200 characters; it says what is limited and for whom, such as `requests/tenant/<id>`.
   * @param wanted - whole, at least 1.
   * @throws AppError `database_unavailable`, where it is a database's.
   */
  abstract take(key: string, rule: LimitRule, wanted: number): Promise<Grant>;

  /** Gives tokens back that were taken and not used. @throws as {@link take}. */
  abstract giveBack(key: string, rule: LimitRule, tokens: number): Promise<void>;
}
