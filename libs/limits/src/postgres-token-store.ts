import type { Clock } from '@app/ambient';
import type { Database } from '@app/persistence';
import type { DayRule, LimitRule, RateRule } from './rules.js';
import { type Grant, TokenStore } from './token-store.js';

const TAKE = {
  name: 'take_tokens',
  text: 'select granted, retry_after_millis from take_tokens($1, $2, $3, $4, $5)',
};
const TAKE_OF_DAY = {
  name: 'take_of_day',
  text: 'select granted, day_left_millis from take_of_day($1, $2, $3, $4)',
};
const SWEEP = { name: 'sweep_limits', text: 'select sweep_limits($1)' };

const NOTHING: Grant = { granted: 0, retryAfterMillis: 1_000, goodForMillis: 0 };

/** Buckets in the database, for all replicas: one short statement for each take, under the lock of its bucket. */
export class PostgresTokenStore extends TokenStore {
  /** @param clock - what time it is, in a test; the database's clock where absent, which is the same for all replicas. */
  constructor(
    private readonly database: Database,
    private readonly clock?: Clock,
  ) {
    super();
  }

  override async take(key: string, rule: LimitRule, wanted: number): Promise<Grant> {
    return rule.kind === 'rate'
      ? this.#takeOfRate(key, rule, wanted)
      : this.#takeOfDay(key, rule, wanted);
  }

  override async giveBack(key: string, rule: LimitRule, tokens: number): Promise<void> {
    await this.take(key, rule, -tokens);
  }

  /** Forgets buckets that are full again, and days that are over. @throws AppError `database_unavailable`. */
  async sweep(): Promise<void> {
    await this.database.execute(SWEEP, [this.#now()]);
  }

  async #takeOfRate(key: string, { perSecond, burst }: RateRule, wanted: number): Promise<Grant> {
    const [row] = await this.database.execute<{ granted: number; retry_after_millis: number }>(
      TAKE,
      [key, perSecond, burst, wanted, this.#now()],
    );
    if (row === undefined) return NOTHING;
    const { granted, retry_after_millis: retryAfterMillis } = row;
    return { granted, retryAfterMillis, goodForMillis: Infinity };
  }

  async #takeOfDay(key: string, { perDay }: DayRule, wanted: number): Promise<Grant> {
    const [row] = await this.database.execute<{ granted: string; day_left_millis: number }>(
      TAKE_OF_DAY,
      [key, perDay, wanted, this.#now()],
    );
    if (row === undefined) return NOTHING;
    const granted = Number(row.granted);
    const goodForMillis = row.day_left_millis;
    return { granted, retryAfterMillis: granted === wanted ? 0 : goodForMillis, goodForMillis };
  }

  #now(): Date | null {
    return this.clock?.now() ?? null;
  }
}
