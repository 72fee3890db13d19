import type { Clock } from '@app/ambient';
import { type AppError, toAppError } from '@app/errors';
import { MemoryTokenStore } from './memory-token-store.js';
import type { LimitRule } from './rules.js';
import { type Grant, TokenStore } from './token-store.js';

/** For so long a store that failed is not asked again. */
const AWAY_MILLIS = 1_000;

/**
 * Goes on with buckets of its own while a store fails: whoever is limited must not be stopped by that, and not be without limit either. N
 * replicas give up to N times the rule meanwhile.
 */
export class LocalWhenAway extends TokenStore {
  readonly #local: MemoryTokenStore;
  #awayUntilMillis = 0;

  /** @param onAway - hears of each failure, at most once a second. */
  constructor(
    private readonly store: TokenStore,
    private readonly clock: Clock,
    keys: number,
    private readonly onAway: (error: AppError) => void,
  ) {
    super();
    this.#local = new MemoryTokenStore(clock, keys);
  }

  override take(key: string, rule: LimitRule, wanted: number): Promise<Grant> {
    return this.#try((store) => store.take(key, rule, wanted));
  }

  override giveBack(key: string, rule: LimitRule, tokens: number): Promise<void> {
    return this.#try((store) => store.giveBack(key, rule, tokens));
  }

  async #try<T>(work: (store: TokenStore) => Promise<T>): Promise<T> {
    const wait = this.#awayUntilMillis - this.clock.nowMillis();
    // Longer than ever said: the clock was set back.
    if (wait > 0 && wait <= AWAY_MILLIS) return work(this.#local);
    try {
      return await work(this.store);
    } catch (error) {
      this.#awayUntilMillis = this.clock.nowMillis() + AWAY_MILLIS;
      this.onAway(toAppError(error));
      return work(this.#local);
    }
  }
}
