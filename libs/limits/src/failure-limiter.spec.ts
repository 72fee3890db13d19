import { beforeEach, describe, expect, it } from 'vitest';
import { StandingClock } from '../../../test/support/standing-clock.js';
import { BlockLimiter } from './block-limiter.js';
import { FailureLimiter } from './failure-limiter.js';
import { MemoryTokenStore } from './memory-token-store.js';
import { rateRule } from './rules.js';

const HERE = '192.0.2.7';
const LIMITED = { code: 'rate_limited', retryAfterSeconds: 1 };

let clock: StandingClock;
let store: MemoryTokenStore;

beforeEach(() => {
  clock = new StandingClock('2026-05-04T22:30:00Z');
  store = new MemoryTokenStore(clock, 100);
});

function failures(): FailureLimiter {
  const limiter = new BlockLimiter(store, clock, 100);
  const [ofCredential, ofAddress] = [rateRule(1, 3), rateRule(1, 6)];
  return new FailureLimiter(limiter, { ofCredential, ofAddress });
}

describe('wrong credentials', () => {
  it('are slowed one by one, and their neighbours are not', async () => {
    const limiter = failures();
    for (let time = 0; time < 3; time += 1) await limiter.note(HERE, 'wrong');
    await expect(limiter.note(HERE, 'wrong')).rejects.toMatchObject(LIMITED);
    expect(() => {
      limiter.assertOpen(HERE, 'wrong');
    }).toThrow(expect.objectContaining(LIMITED));
    limiter.assertOpen(HERE, 'right');
    limiter.assertOpen('192.0.2.8', 'wrong');
    clock.step(1_000);
    limiter.assertOpen(HERE, 'wrong');
    await limiter.note(HERE, 'wrong');
  });

  it('that are refused for their number use nothing of what their address has', async () => {
    const limiter = failures();
    for (let time = 0; time < 50; time += 1)
      await limiter.note(HERE, 'wrong').catch(() => undefined);
    for (const other of ['a', 'b', 'c']) await limiter.note(HERE, other);
    await expect(limiter.note(HERE, 'd')).rejects.toMatchObject(LIMITED);
  });

  it('close an address that tries many', async () => {
    const limiter = failures();
    for (let time = 0; time < 6; time += 1) await limiter.note(HERE, `guess ${time.toString()}`);
    await expect(limiter.note(HERE, 'another')).rejects.toMatchObject(LIMITED);
    expect(() => {
      limiter.assertOpen(HERE, 'right');
    }).toThrow(expect.objectContaining(LIMITED));
  });

  it('count across replicas', async () => {
    const [one, two] = [failures(), failures()];
    for (let time = 0; time < 3; time += 1) await one.note(HERE, 'wrong');
    await expect(two.note(HERE, 'wrong')).rejects.toMatchObject(LIMITED);
  });
});
