import type { MigrationInterface, QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '@app/ambient';
import { type Database, openDatabase, type Schema } from '@app/persistence';
import { StandingClock } from '../../../test/support/standing-clock.js';
import { openTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { tokenStoreSuite } from '../../../test/support/token-store-suite.js';
import { BlockLimiter } from './block-limiter.js';
import { LIMITS_SCHEMA } from './limits-schema.js';
import { PostgresTokenStore } from './postgres-token-store.js';
import { blockOf, dayRule, type LimitRule, rateRule } from './rules.js';

const AT = '2026-05-04T22:30:00Z';
const DAY_MILLIS = 86_400_000;

class CreateLimits1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of LIMITS_SCHEMA.statements) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('there is no way back'));
  }
}

const SCHEMA: Schema = {
  applicationName: 'test',
  migrations: [CreateLimits1700000000000],
  entities: [],
  grants: LIMITS_SCHEMA.functions.map((name) => ({
    on: `function ${name}`,
    privileges: 'execute',
  })),
};

let test: TestDatabase;
let other: Database;

beforeAll(async () => {
  test = await openTestDatabase(SCHEMA);
  other = await openDatabase(SCHEMA, test.connection, {
    poolSize: 4,
    onConnectionError: () => undefined,
  });
});

afterAll(async () => {
  await other.close();
  await test.stop();
});

/** Takes tokens until none are given; how many there were. */
async function drain(
  limiter: BlockLimiter,
  key: string,
  rule: LimitRule,
  cost = 1,
): Promise<number> {
  let taken = 0;
  while ((await limiter.take([{ key, rule, cost }])) === undefined) taken += cost;
  return taken;
}

describe('buckets in PostgreSQL', () => {
  tokenStoreSuite(() => {
    const clock = new StandingClock(AT);
    return { store: new PostgresTokenStore(test.database, clock), clock };
  });

  it('go by the clock of the database where none is given', async () => {
    const store = new PostgresTokenStore(test.database);
    const { goodForMillis } = await store.take('clock', dayRule(1) as LimitRule, 1);
    expect(goodForMillis).toBeGreaterThan(0);
    expect(goodForMillis).toBeLessThanOrEqual(DAY_MILLIS);
  });

  it('are forgotten once they are full again, and days once they are over', async () => {
    const clock = new StandingClock(AT);
    const store = new PostgresTokenStore(test.database, clock);
    await store.sweep();
    const count = async (): Promise<unknown[]> =>
      test.asOwner(
        `select (select count(*)::int from rate_bucket where key like 'sweep%') as rates,
                (select count(*)::int from day_budget where key like 'sweep%') as days`,
      );
    await store.take('sweep/fast', rateRule(10, 20) as LimitRule, 10);
    await store.take('sweep/slow', rateRule(0.001, 20) as LimitRule, 10);
    await store.take('sweep/day', dayRule(10) as LimitRule, 10);
    clock.step(2_000);
    await store.sweep();
    expect(await count()).toEqual([{ rates: 1, days: 1 }]);
    clock.step(2 * DAY_MILLIS);
    await store.sweep();
    expect(await count()).toEqual([{ rates: 0, days: 0 }]);
  });

  it('show the application neither table', async () => {
    for (const table of Object.keys(LIMITS_SCHEMA.tables))
      await expect(
        test.database.execute({ name: table, text: `select * from ${table}` }, []),
      ).rejects.toMatchObject({ code: 'internal' });
  });

  it('give two replicas together no more than the rule and their blocks', async () => {
    const clock = new StandingClock(AT);
    const rule = rateRule(100, 1_000) as LimitRule;
    const limiters = [test.database, other].map(
      (database) => new BlockLimiter(new PostgresTokenStore(database, clock), clock, 10),
    );
    const rounds = 5;
    let first = 0;
    let later = 0;
    for (let round = 0; round <= rounds; round += 1) {
      const taken = await Promise.all(limiters.map((limiter) => drain(limiter, 'replicas', rule)));
      const sum = taken.reduce((all, one) => all + one, 0);
      if (round === 0) first = sum;
      else later += sum;
      clock.step(1_000);
    }
    const slack = limiters.length * 1.5 * blockOf(rule);
    expect(first).toBeLessThanOrEqual(1_000);
    expect(first).toBeGreaterThanOrEqual(1_000 - slack);
    expect(first + later).toBeLessThanOrEqual(1_000 + rounds * 100);
    expect(first + later).toBeGreaterThanOrEqual(1_000 + rounds * 100 - slack);
  });

  it('give two replicas no more than a day’s budget, and nothing of yesterday’s', async () => {
    const clock = new StandingClock(AT);
    const rule = dayRule(20_000) as LimitRule;
    const limiters = [test.database, other].map(
      (database) => new BlockLimiter(new PostgresTokenStore(database, clock), clock, 10),
    );
    const [one, two] = limiters as [BlockLimiter, BlockLimiter];
    const demand = { key: 'two-days', rule, cost: 20 };
    expect(await two.take([demand])).toBeUndefined();
    const first = await drain(one, 'two-days', rule, 20);
    expect(first + 20).toBeLessThanOrEqual(20_000);
    const wait = (await one.take([demand]))?.waitMillis ?? 0;
    expect(wait).toBe(DAY_MILLIS - (clock.nowMillis() % DAY_MILLIS));
    clock.step(wait);
    const taken = await Promise.all(
      limiters.map((limiter) => drain(limiter, 'two-days', rule, 20)),
    );
    expect(taken.reduce((all, some) => all + some, 0)).toBe(20_000);
  });

  it('are asked for blocks, not for each call', async () => {
    let asked = 0;
    const store = new PostgresTokenStore(test.database);
    const counting = {
      take: (...args: Parameters<typeof store.take>) => {
        asked += 1;
        return store.take(...args);
      },
      giveBack: store.giveBack.bind(store),
    };
    const limiter = new BlockLimiter(counting, new SystemClock(), 10);
    const rule = rateRule(1, 10_000) as LimitRule;
    for (let call = 0; call < 1_000; call += 1)
      expect(await limiter.take([{ key: 'blocks', rule }])).toBeUndefined();
    expect(asked).toBeLessThanOrEqual(4);
    await limiter.close();
    const [row] = await test.asOwner<{ tokens: number }>(
      "select tokens from rate_bucket where key = 'blocks'",
    );
    expect(row?.tokens).toBeGreaterThanOrEqual(9_000);
  });
});
