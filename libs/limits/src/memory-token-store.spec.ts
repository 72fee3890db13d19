import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StandingClock } from '../../../test/support/standing-clock.js';
import { tokenStoreSuite } from '../../../test/support/token-store-suite.js';
import { MemoryTokenStore } from './memory-token-store.js';
import type { RateRule } from './rules.js';

const AT = '2026-05-04T22:30:00Z';

describe('buckets in memory', () => {
  tokenStoreSuite(() => {
    const clock = new StandingClock(AT);
    return { store: new MemoryTokenStore(clock, 100), clock };
  });

  it('give between any two moments no more than the rate in between and the burst', async () => {
    const rules = fc.record({
      kind: fc.constant('rate' as const),
      perSecond: fc.double({ min: 0.01, max: 1_000, noNaN: true }),
      burst: fc.integer({ min: 1, max: 500 }),
    });
    const steps = fc.array(
      fc.record({ wait: fc.nat(2_000), wanted: fc.integer({ min: 1, max: 600 }) }),
      {
        maxLength: 40,
      },
    );
    await fc.assert(
      fc.asyncProperty(rules, steps, async (rule: RateRule, taken) => {
        const clock = new StandingClock(AT);
        const store = new MemoryTokenStore(clock, 1);
        const given: { at: number; granted: number }[] = [];
        for (const { wait, wanted } of taken) {
          clock.step(wait);
          const { granted } = await store.take('key', rule, wanted);
          given.push({ at: clock.nowMillis(), granted });
        }
        for (const [first, { at }] of given.entries()) {
          let sum = 0;
          for (const later of given.slice(first)) {
            sum += later.granted;
            const most = rule.burst + ((later.at - at) / 1000) * rule.perSecond;
            expect(sum).toBeLessThanOrEqual(most + 1e-6);
          }
        }
      }),
    );
  });

  it('forget the one that was used longest ago', async () => {
    const store = new MemoryTokenStore(new StandingClock(AT), 2);
    const rule = { kind: 'rate', perSecond: 1, burst: 10 } as const;
    for (const key of ['a', 'b', 'a', 'c']) await store.take(key, rule, 4);
    expect(await store.take('a', rule, 10)).toMatchObject({ granted: 2 });
    expect(await store.take('b', rule, 10)).toMatchObject({ granted: 10 });
  });
});
