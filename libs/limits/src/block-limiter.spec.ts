import { describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { StandingClock } from '../../../test/support/standing-clock.js';
import { BlockLimiter, type Demand } from './block-limiter.js';
import { LocalWhenAway } from './local-when-away.js';
import { MemoryTokenStore } from './memory-token-store.js';
import { dayRule, type LimitRule, rateRule } from './rules.js';
import { type Grant, TokenStore } from './token-store.js';

const AT = '2026-05-04T22:30:00Z';
const RULE = rateRule(10, 20) as LimitRule;

/** A store that can go away, and says how often it was asked. */
class CountedStore extends TokenStore {
  asked = 0;
  isAway = false;

  constructor(private readonly store: TokenStore) {
    super();
  }

  override take(key: string, rule: LimitRule, wanted: number): Promise<Grant> {
    this.asked += 1;
    if (this.isAway) return Promise.reject(new AppError('database_unavailable'));
    return this.store.take(key, rule, wanted);
  }

  override giveBack(key: string, rule: LimitRule, tokens: number): Promise<void> {
    return this.store.giveBack(key, rule, tokens);
  }
}

function setUp(keys = 100) {
  const clock = new StandingClock(AT);
  const memory = new MemoryTokenStore(clock, 1_000);
  const store = new CountedStore(memory);
  return { clock, memory, store, limiter: new BlockLimiter(store, clock, keys) };
}

/** Milliseconds to wait, or 0 where all was taken. */
async function waitFor(limiter: BlockLimiter, ...demands: Demand[]): Promise<number> {
  return (await limiter.take(demands))?.waitMillis ?? 0;
}

describe('a limiter that leases blocks', () => {
  it('takes all demands of a call or none', async () => {
    const { limiter, memory } = setUp();
    const [a, b] = [
      { key: 'a', rule: RULE, cost: 5 },
      { key: 'b', rule: RULE, cost: 15 },
    ] as const;
    expect(await waitFor(limiter, a, b)).toBe(0);
    expect(await waitFor(limiter, a, b)).toBeGreaterThan(0);
    await limiter.close();
    expect(await memory.take('a', RULE, 100)).toMatchObject({ granted: 15 });
    expect(await memory.take('b', RULE, 100)).toMatchObject({ granted: 5 });
  });

  it('lets a refused call through after the time that it told, and not before', async () => {
    const { limiter, clock } = setUp();
    const demand = { key: 'a', rule: RULE, cost: 12 };
    expect(await waitFor(limiter, demand)).toBe(0);
    const wait = await waitFor(limiter, demand);
    expect(wait).toBeGreaterThan(0);
    clock.step(wait - 100);
    expect(await waitFor(limiter, demand)).toBeGreaterThan(0);
    clock.step(await waitFor(limiter, demand));
    expect(await waitFor(limiter, demand)).toBe(0);
  });

  it('refuses with the code and whole seconds', async () => {
    const { limiter } = setUp();
    const demand = { key: 'a', rule: rateRule(1, 1) };
    await limiter.admit([demand]);
    await expect(limiter.admit([demand])).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 1,
    });
    await expect(limiter.admit([demand], 'quota_exceeded')).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
  });

  it('limits nothing where there is no rule', async () => {
    const { limiter, store } = setUp();
    for (const rule of [rateRule(0, 10), rateRule(10, 0), dayRule(0)])
      expect(await waitFor(limiter, { key: 'a', rule, cost: 1_000_000 })).toBe(0);
    expect(store.asked).toBe(0);
  });

  it('does not ask an empty store for each call that it refuses', async () => {
    const { limiter, store } = setUp();
    const rule = rateRule(1_000, 10_000) as LimitRule;
    expect(await waitFor(limiter, { key: 'a', rule, cost: 10_000 })).toBe(0);
    const before = store.asked;
    for (let call = 0; call < 1_000; call += 1)
      expect(await waitFor(limiter, { key: 'a', rule })).toBeGreaterThan(0);
    expect(store.asked - before).toBeLessThanOrEqual(1);
  });

  it('asks once for many calls at once', async () => {
    const { limiter, store } = setUp();
    const calls = Array.from({ length: 20 }, () => waitFor(limiter, { key: 'a', rule: RULE }));
    expect(await Promise.all(calls)).toEqual(calls.map(() => 0));
    expect(store.asked).toBeLessThanOrEqual(3);
  });

  it('keeps a bounded number of keys, and gives back what the oldest had left', async () => {
    const { limiter, memory } = setUp(2);
    const rule = rateRule(1, 100) as LimitRule;
    for (const key of ['a', 'b', 'c']) await waitFor(limiter, { key, rule });
    expect(await memory.take('a', rule, 1_000)).toMatchObject({ granted: 99 });
  });

  it('follows a rule that has changed', async () => {
    const { limiter } = setUp();
    await waitFor(limiter, { key: 'a', rule: rateRule(1, 1) });
    expect(await waitFor(limiter, { key: 'a', rule: rateRule(1, 1) })).toBeGreaterThan(0);
    expect(await waitFor(limiter, { key: 'a', rule: rateRule(1_000_000, 10) })).toBeGreaterThan(0);
  });

  it('leaves what a large demand could not use to other replicas', async () => {
    const { limiter, memory } = setUp();
    const rule = rateRule(10, 1_000) as LimitRule;
    await waitFor(limiter, { key: 'a', rule, cost: 400 });
    expect(await waitFor(limiter, { key: 'a', rule, cost: 900 })).toBeGreaterThan(0);
    const { granted } = await memory.take('a', rule, 1_000);
    expect(granted).toBeGreaterThanOrEqual(500);
  });

  it('says which demand is short, and what waiting does not help', async () => {
    const { limiter } = setUp();
    const [fits, tooLarge] = [
      { key: 'a', rule: RULE },
      { key: 'b', rule: RULE, cost: 21 },
    ];
    expect(await limiter.take([fits, tooLarge])).toMatchObject({ demand: tooLarge });
    await expect(limiter.admit([tooLarge])).rejects.toMatchObject({
      code: 'rate_limited',
      detail: expect.stringContaining('send fewer') as string,
    });
  });
});

describe('a store that is away', () => {
  it('fails the calls that need it, and no later one', async () => {
    const { limiter, store } = setUp();
    store.isAway = true;
    await expect(waitFor(limiter, { key: 'a', rule: RULE })).rejects.toMatchObject({
      code: 'database_unavailable',
    });
    store.isAway = false;
    expect(await waitFor(limiter, { key: 'a', rule: RULE })).toBe(0);
  });

  it('is stood in for by one of this process, which limits by the same rule', async () => {
    const { clock, store } = setUp();
    const failures: string[] = [];
    const local = new LocalWhenAway(store, clock, 100, ({ code }) => failures.push(code));
    const limiter = new BlockLimiter(local, clock, 100);
    store.isAway = true;
    for (let call = 0; call < 20; call += 1)
      expect(await waitFor(limiter, { key: 'a', rule: RULE })).toBe(0);
    expect(await waitFor(limiter, { key: 'a', rule: RULE })).toBeGreaterThan(0);
    expect([failures, store.asked]).toEqual([['database_unavailable'], 1]);
    store.isAway = false;
    clock.step(1_000);
    expect(await waitFor(limiter, { key: 'a', rule: RULE, cost: 15 })).toBe(0);
    expect(store.asked).toBe(2);
  });
});
