import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { makeAttempt } from './resilience.js';

const RESILIENCE = {
  tryTimeout: 200,
  tries: 3,
  breakerFailures: 6,
  breakerPause: 60_000,
  callsAtOnce: 12,
  healthMemory: 0,
};
const CALLS = Array.from({ length: 20 }, (_, index) => index);
const OP_MILLIS = 20;

/** One thing after the other, as a token does them: its calls take longer together than a try may take. */
class Queue {
  hangs = 0;
  #last: Promise<unknown> = Promise.resolve();

  readonly ask = async (): Promise<string> => {
    if (this.hangs > 0) {
      this.hangs -= 1;
      return new Promise(() => undefined);
    }
    const mine = this.#last.then(() => sleep(OP_MILLIS));
    this.#last = mine;
    await mine;
    return 'done';
  };
}

async function outcomes(queue: Queue): Promise<string[]> {
  const attempt = makeAttempt({ resilience: RESILIENCE, oneAtATime: true });
  const settled = await Promise.allSettled(CALLS.map(() => attempt(queue.ask)));
  return settled.map(({ status }) => status);
}

describe('a service that does one thing after the other', () => {
  it('fails nobody for the length of its queue', async () => {
    expect(CALLS.length * OP_MILLIS).toBeGreaterThan(RESILIENCE.tryTimeout);
    expect(await outcomes(new Queue())).toEqual(CALLS.map(() => 'fulfilled'));
  });

  it('that hangs for one caller works for those behind it', async () => {
    const queue = new Queue();
    queue.hangs = 1;
    expect(await outcomes(queue)).toEqual(CALLS.map(() => 'fulfilled'));
  });
});
