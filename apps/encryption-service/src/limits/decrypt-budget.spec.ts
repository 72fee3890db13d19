import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { BlockLimiter, type Grant, MemoryTokenStore, TokenStore } from '@app/limits';
import { NO_SERVICE_LIMITS } from '../../../../test/support/no-limits.js';
import { StandingClock } from '../../../../test/support/standing-clock.js';
import type { ClientCaller } from '../callers/caller.js';
import { DecryptBudget, type Spending } from './decrypt-budget.js';
import { Tiers } from './tiers.js';

const TENANT = '11111111-1111-4111-8111-111111111111';
const DAY_MILLIS = 86_400_000;

let clock: StandingClock;

function spendingOf(
  tier: object,
  limits?: object,
  store: TokenStore = new MemoryTokenStore(clock, 100),
): () => Spending {
  const settings = { ...NO_SERVICE_LIMITS, default: { ...NO_SERVICE_LIMITS.default, ...tier } };
  const budget = new DecryptBudget(new BlockLimiter(store, clock, 100), new Tiers(settings));
  const caller = { client: { id: 'client', tenantId: TENANT, limits } } as unknown as ClientCaller;
  return () => budget.spending(caller);
}

beforeEach(() => {
  clock = new StandingClock('2026-05-04T22:30:00Z');
});

describe('the decrypt budget', () => {
  it('has a second’s items and a burst, and tells when to come again', async () => {
    const spending = spendingOf({ decryptItemsPerSecond: 100, decryptBurst: 1_000 });
    await spending().upTo(1_000);
    const refused = await spending()
      .upTo(100)
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'quota_exceeded', retryAfterSeconds: 1 });
    clock.step(Number((refused as AppError).retryAfterSeconds) * 1_000);
    await spending().upTo(100);
  });

  it('has a day’s items until midnight, UTC', async () => {
    const spending = spendingOf({ decryptItemsPerDay: 1_000 });
    await spending().upTo(1_000);
    const untilMidnight = (DAY_MILLIS - (clock.nowMillis() % DAY_MILLIS)) / 1_000;
    await expect(spending().upTo(1)).rejects.toMatchObject({
      code: 'quota_exceeded',
      retryAfterSeconds: untilMidnight,
    });
    clock.step(untilMidnight * 1_000);
    await spending().upTo(1_000);
  });

  it('takes a batch whole or not at all', async () => {
    const spending = spendingOf({ decryptItemsPerDay: 1_500 });
    await spending().upTo(1_000);
    await expect(spending().upTo(1_000)).rejects.toMatchObject({ code: 'quota_exceeded' });
    await spending().upTo(500);
  });

  it('takes from a call that begins again what is missing', async () => {
    const spending = spendingOf({ decryptItemsPerDay: 1_000 });
    const one = spending();
    for (const items of [400, 400, 300, 500]) await one.upTo(items);
    await one.next();
    await spending().upTo(499);
    await expect(spending().next()).rejects.toMatchObject({ code: 'quota_exceeded' });
  });

  it('is narrower for a client with limits of its own', async () => {
    const spending = spendingOf({ decryptItemsPerDay: 5_000 }, { decryptItemsPerDay: 10 });
    await spending().upTo(10);
    await expect(spending().upTo(1)).rejects.toMatchObject({ code: 'quota_exceeded' });
  });

  it('lets a full batch of a slow client through at once', async () => {
    const spending = spendingOf({}, { decryptItemsPerSecond: 1 });
    await expect(spending().upTo(1_000)).resolves.toBeUndefined();
  });

  it('says what no waiting helps', async () => {
    const spending = spendingOf({}, { decryptItemsPerDay: 10 });
    await expect(spending().upTo(11)).rejects.toMatchObject({
      code: 'quota_exceeded',
      detail: expect.stringContaining('send fewer') as string,
    });
  });

  it('gives nothing while its store is away', async () => {
    class Away extends TokenStore {
      override take(): Promise<Grant> {
        return Promise.reject(new AppError('database_unavailable'));
      }
      override giveBack(): Promise<void> {
        return Promise.reject(new AppError('database_unavailable'));
      }
    }
    const spending = spendingOf({ decryptItemsPerDay: 1_000 }, undefined, new Away());
    await expect(spending().upTo(1)).rejects.toMatchObject({ code: 'database_unavailable' });
  });

  it('is none where it is switched off', async () => {
    await expect(spendingOf({})().upTo(1_000_000_000)).resolves.toBeUndefined();
  });
});
