import { describe, expect, it } from 'vitest';
import { ConcurrencyLimit } from './concurrency-limit.js';

function heldTask(): { task: () => Promise<void>; finish: () => void } {
  let finish = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    task: () => held,
    finish: () => {
      finish();
    },
  };
}

describe('ConcurrencyLimit', () => {
  it('runs no more than its number at once, and all of them in the end', async () => {
    const limit = new ConcurrencyLimit({ running: 2, waiting: 10 });
    let active = 0;
    let most = 0;
    const task = async (): Promise<void> => {
      active += 1;
      most = Math.max(most, active);
      await new Promise(setImmediate);
      active -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => limit.run(task)));
    expect({ most, active }).toEqual({ most: 2, active: 0 });
  });

  it('refuses what comes when the queue is full, and takes more once there is room', async () => {
    const limit = new ConcurrencyLimit({ running: 1, waiting: 1 });
    const held = heldTask();
    const first = limit.run(held.task);
    const second = limit.run(() => Promise.resolve('second'));
    await expect(limit.run(() => Promise.resolve())).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: 1,
    });
    held.finish();
    await first;
    await expect(second).resolves.toBe('second');
    await expect(limit.run(() => Promise.resolve('third'))).resolves.toBe('third');
  });

  it('gives the place of a failed task to the next one', async () => {
    const limit = new ConcurrencyLimit({ running: 1, waiting: 1 });
    const failing = limit.run(() => Promise.reject(new Error('failed')));
    const next = limit.run(() => Promise.resolve('next'));
    await expect(failing).rejects.toThrow('failed');
    await expect(next).resolves.toBe('next');
  });
});
