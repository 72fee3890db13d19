import { expect, it } from 'vitest';
import { dayRule, rateRule, type LimitRule, type TokenStore } from '@app/limits';
import type { StandingClock } from './standing-clock.js';

/** A store, by a clock that the test moves. */
export interface StoreUnderTest {
  readonly store: TokenStore;
  readonly clock: StandingClock;
}

const RATE = rateRule(10, 20) as LimitRule;
const DAY = dayRule(100) as LimitRule;
const HOUR = 3_600_000;

let keys = 0;

/** A key that no other test has. */
function newKey(): string {
  keys += 1;
  return `key/${keys.toString()}`;
}

function fillsAndEmpties(open: () => StoreUnderTest): void {
  it('is full at first, and gives what there is', async () => {
    const { store } = open();
    const key = newKey();
    expect(await store.take(key, RATE, 15)).toMatchObject({ granted: 15, retryAfterMillis: 0 });
    expect(await store.take(key, RATE, 15)).toMatchObject({ granted: 5, retryAfterMillis: 100 });
    expect(await store.take(key, RATE, 1)).toMatchObject({ granted: 0, retryAfterMillis: 100 });
  });

  it('has one more once it said so, and not before', async () => {
    const { store, clock } = open();
    const key = newKey();
    await store.take(key, RATE, 20);
    clock.step(50);
    expect(await store.take(key, RATE, 1)).toMatchObject({ granted: 0, retryAfterMillis: 50 });
    clock.step(50);
    expect(await store.take(key, RATE, 2)).toMatchObject({ granted: 1, retryAfterMillis: 100 });
  });

  it('fills up to the burst and no further', async () => {
    const { store, clock } = open();
    const key = newKey();
    await store.take(key, RATE, 20);
    clock.step(HOUR);
    expect(await store.take(key, RATE, 50)).toMatchObject({ granted: 20 });
  });

  it('gives nothing more for a clock that was set back', async () => {
    const { store, clock } = open();
    const key = newKey();
    await store.take(key, RATE, 20);
    clock.step(-HOUR);
    expect(await store.take(key, RATE, 1)).toMatchObject({ granted: 0, retryAfterMillis: 100 });
    clock.step(100);
    expect(await store.take(key, RATE, 1)).toMatchObject({ granted: 1 });
  });
}

function keepsApart(open: () => StoreUnderTest): void {
  it('keeps keys apart', async () => {
    const { store } = open();
    await store.take(newKey(), RATE, 20);
    expect(await store.take(newKey(), RATE, 20)).toMatchObject({ granted: 20 });
  });

  it('takes back what was not used', async () => {
    const { store } = open();
    const [rate, day] = [newKey(), newKey()];
    await store.take(rate, RATE, 20);
    await store.giveBack(rate, RATE, 7);
    expect(await store.take(rate, RATE, 20)).toMatchObject({ granted: 7 });
    await store.take(day, DAY, 100);
    await store.giveBack(day, DAY, 7);
    expect(await store.take(day, DAY, 100)).toMatchObject({ granted: 7 });
  });

  it('holds no more than a rule that has become smaller', async () => {
    const { store } = open();
    const key = newKey();
    await store.take(key, RATE, 1);
    expect(await store.take(key, rateRule(10, 5) as LimitRule, 20)).toMatchObject({ granted: 5 });
  });
}

function countsDays(open: () => StoreUnderTest): void {
  it('gives a day its budget until midnight, UTC, and then another', async () => {
    const { store, clock } = open();
    const key = newKey();
    const untilMidnight = 24 * HOUR - (clock.nowMillis() % (24 * HOUR));
    expect(await store.take(key, DAY, 90)).toEqual({
      granted: 90,
      retryAfterMillis: 0,
      goodForMillis: untilMidnight,
    });
    expect(await store.take(key, DAY, 90)).toMatchObject({
      granted: 10,
      retryAfterMillis: untilMidnight,
    });
    clock.step(untilMidnight - 1);
    expect(await store.take(key, DAY, 1)).toMatchObject({ granted: 0, retryAfterMillis: 1 });
    clock.step(1);
    expect(await store.take(key, DAY, 200)).toMatchObject({ granted: 100 });
  });

  it('gives many at once no more than there is', async () => {
    const { store } = open();
    const [rate, day] = [newKey(), newKey()];
    const takes = [rate, day].map(async (key) => {
      const rule = key === rate ? RATE : DAY;
      const grants = await Promise.all(Array.from({ length: 40 }, () => store.take(key, rule, 3)));
      return grants.reduce((sum, { granted }) => sum + granted, 0);
    });
    expect(await Promise.all(takes)).toEqual([20, 100]);
  });
}

/** What holds of every token store. */
export function tokenStoreSuite(open: () => StoreUnderTest): void {
  fillsAndEmpties(open);
  keepsApart(open);
  countsDays(open);
}
