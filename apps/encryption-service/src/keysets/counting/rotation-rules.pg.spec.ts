import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CountedVersions,
  type Counting,
  takeOf as take,
} from '../../../../../test/support/counted-versions.js';
import type { MessageCounter } from './message-counter.js';
import type { RenewalNeed } from '../versions/renewal-need.js';

let versions: CountedVersions;

beforeAll(async () => {
  versions = await CountedVersions.open();
});

afterAll(async () => {
  await versions.test.stop();
});

/** Seals on several replicas at once until a new version is required everywhere. Answers what was sealed, and when it was first wanted. */
async function exhaust(
  of: Counting,
  replicas: number,
  sizes: readonly number[] = [1],
): Promise<{ sealed: number; whenWanted: number }> {
  let sealed = 0;
  let whenWanted = Infinity;
  let whenRequired = Infinity;
  let turns = 0;
  const seal = async (counter: MessageCounter, messages: number): Promise<RenewalNeed> =>
    counter.during(async () => {
      const need = await take(counter, of, messages);
      // What was sealed by then, at the least: this one, and those of others, may still be under way.
      if (need === 'wanted') whenWanted = Math.min(whenWanted, sealed);
      if (need === 'required') {
        whenRequired = Math.min(whenRequired, sealed);
        return need;
      }
      turns += 1;
      await sleep(turns % 20 === 0 ? 5 : 0);
      sealed += messages;
      return need;
    });
  const worker = async (counter: MessageCounter, first: number): Promise<void> => {
    for (let i = first; ; i += 1) {
      if ((await seal(counter, sizes[i % sizes.length] ?? 1)) === 'required') return;
    }
  };
  await Promise.all(
    Array.from({ length: replicas }, () => versions.replica()).flatMap((counter) =>
      [0, 1, 2, 3].map((first) => worker(counter, first)),
    ),
  );
  return { sealed, whenWanted: Math.min(whenWanted, whenRequired) };
}

describe('a rule of so many messages', () => {
  it.each([
    [1, 1, 1],
    [7, 2, 7],
    [100, 1, 101],
    [150, 4, 151],
    [1000, 2, 1010],
    [1700, 3, 1717],
  ])('of %i on %i replicas ends between it and %i', async (limit, replicas, most) => {
    const { sealed, whenWanted } = await exhaust(
      await versions.make({ afterMessages: limit }),
      replicas,
    );
    expect(sealed).toBeGreaterThanOrEqual(limit);
    expect(sealed).toBeLessThanOrEqual(most);
    expect(whenWanted).toBeGreaterThanOrEqual(limit);
  });

  it('is neither missed nor passed for any limit, number of replicas and size of batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        async (limit, replicas, sizes) => {
          const of = await versions.make({ afterMessages: limit });
          const { sealed, whenWanted } = await exhaust(of, replicas, sizes);
          const over = Math.floor(limit / 100);
          // Several at once are not parted: they may pass the limit by themselves.
          const largest = Math.max(...sizes);
          expect(sealed).toBeGreaterThanOrEqual(limit);
          expect(sealed).toBeLessThanOrEqual(limit + over + largest - 1);
          expect(whenWanted).toBeGreaterThanOrEqual(limit);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('takes a batch in one step, whole, though it is larger than the limit', async () => {
    const of = await versions.make({ afterMessages: 10 });
    const counter = versions.replica();
    expect(await take(counter, of, 1000)).toBe('wanted');
    expect(await take(counter, of, 1)).toBe('required');
    expect(await versions.row(of)).toMatchObject({ messages: 1000 });
  });

  it('counts as used what a crash has lost, after a moment', async () => {
    const of = await versions.make({ afterMessages: 3 });
    const crashed = versions.replica();
    // It never ends.
    void crashed.during(async () => {
      await take(crashed, of);
      return new Promise(() => undefined);
    });
    await expect.poll(() => versions.row(of)).toMatchObject({ messages: 1, under_way: 1 });
    const other = versions.replica();
    expect([await take(other, of), await take(other, of)]).toEqual(['none', 'none']);
    expect(await take(other, of)).toBe('required');
    expect(await versions.row(of)).toMatchObject({ messages: 3 });
  });

  it('that was made narrower holds for blocks that were reserved before', async () => {
    const of = await versions.make();
    const counter = versions.replica();
    for (let i = 0; i < 200; i += 1) await take(counter, of);
    const { sealed } = await exhaustOne(counter, of, 210);
    expect(sealed).toBe(12);
  });
});

async function exhaustOne(
  counter: MessageCounter,
  of: Counting,
  afterMessages: number,
): Promise<{ sealed: number }> {
  const narrow = {
    ...of,
    encryption: Object.assign(of.encryption, { afterMessages: BigInt(afterMessages) }),
  };
  let sealed = 0;
  while ((await take(counter, narrow)) !== 'required') sealed += 1;
  return { sealed };
}
