import type { Clock } from '@app/ambient';
import { capacityOf, type LimitRule, type RateRule } from './rules.js';
import { type Grant, TokenStore } from './token-store.js';

interface Bucket {
  tokens: number;
  /** Milliseconds since 1970. */
  filledMillis: number;
}

const DAY_MILLIS = 86_400_000;

/** Buckets of one process, for tests and for a while without a database. The one that was used longest ago is forgotten, and full again. */
export class MemoryTokenStore extends TokenStore {
  readonly #buckets = new Map<string, Bucket>();

  /** @param keys - how many buckets it keeps at most. */
  constructor(
    private readonly clock: Clock,
    private readonly keys: number,
  ) {
    super();
  }

  override take(key: string, rule: LimitRule, wanted: number): Promise<Grant> {
    const now = this.clock.nowMillis();
    const bucket = this.#bucketOf(key, rule, now);
    refill(bucket, rule, now);
    const granted = Math.min(wanted, Math.floor(bucket.tokens));
    bucket.tokens -= granted;
    const dayLeft = DAY_MILLIS - (now % DAY_MILLIS);
    return Promise.resolve(
      rule.kind === 'rate'
        ? {
            granted,
            retryAfterMillis: granted === wanted ? 0 : untilNext(bucket, rule),
            goodForMillis: Infinity,
          }
        : {
            granted,
            retryAfterMillis: granted === wanted ? 0 : dayLeft,
            goodForMillis: dayLeft,
          },
    );
  }

  override giveBack(key: string, rule: LimitRule, tokens: number): Promise<void> {
    const now = this.clock.nowMillis();
    const bucket = this.#bucketOf(key, rule, now);
    refill(bucket, rule, now);
    bucket.tokens = Math.min(capacityOf(rule), bucket.tokens + tokens);
    return Promise.resolve();
  }

  #bucketOf(key: string, rule: LimitRule, now: number): Bucket {
    const bucket = this.#buckets.get(key) ?? { tokens: capacityOf(rule), filledMillis: now };
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > this.keys && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket;
  }
}

function refill(bucket: Bucket, rule: LimitRule, now: number): void {
  const before = bucket.filledMillis;
  // A clock that was set back fills nothing.
  const more =
    rule.kind === 'rate'
      ? (Math.max(0, now - before) / 1000) * rule.perSecond
      : Math.floor(now / DAY_MILLIS) > Math.floor(before / DAY_MILLIS)
        ? rule.perDay
        : 0;
  bucket.tokens = Math.min(capacityOf(rule), bucket.tokens + more);
  bucket.filledMillis = now;
}

function untilNext({ tokens }: Bucket, { perSecond }: RateRule): number {
  return Math.ceil(((Math.floor(tokens) + 1 - tokens) / perSecond) * 1000);
}
