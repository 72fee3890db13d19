import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inParallel } from './in-parallel.js';

describe('work in parallel', () => {
  it('keeps the order of the items, with no more than the limit at once', async () => {
    let running = 0;
    let most = 0;
    const results = await inParallel([5, 4, 3, 2, 1], 2, async (turns) => {
      most = Math.max(most, (running += 1));
      for (let i = 0; i < turns; i += 1) await turn();
      running -= 1;
      return turns * 10;
    });
    expect(results).toEqual([50, 40, 30, 20, 10]);
    expect(most).toBe(2);
  });

  it('lets others have the process while work never waits', async () => {
    let others = 0;
    let isDone = false;
    const other = async (): Promise<void> => {
      while (!isDone) {
        await turn();
        others += 1;
      }
    };
    const running = other();
    await inParallel(Array.from({ length: 20 }), 8, () => {
      const until = performance.now() + 3;
      while (performance.now() < until);
      return Promise.resolve();
    });
    isDone = true;
    await running;
    expect(others).toBeGreaterThan(1);
  });

  it('begins nothing new after a failure, and throws it once the rest has ended', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = async (item: number): Promise<void> => {
      begun.push(item);
      if (item === 1) throw new Error('first');
      for (let i = 0; i < 3; i += 1) await turn();
      ended.push(item);
    };
    await expect(inParallel([0, 1, 2, 3], 2, work)).rejects.toThrow('first');
    expect([begun, ended]).toEqual([[0, 1], [0]]);
  });

  it('keeps the order of the items, whichever ends first', async () => {
    const results = await inParallel([3, 1, 2], 3, async (turns) => {
      for (let i = 0; i < turns; i += 1) await turn();
      return turns * 10;
    });
    expect(results).toEqual([30, 10, 20]);
  });

  it('is as much as the limit allows', async () => {
    let active = 0;
    let most = 0;
    await inParallel(Array.from({ length: 20 }), 4, async () => {
      active += 1;
      most = Math.max(most, active);
      await turn();
      active -= 1;
    });
    expect(most).toBe(4);
  });

  it('begins nothing new after a failure that comes late', async () => {
    let begun = 0;
    const work = async (item: number): Promise<void> => {
      begun += 1;
      await turn();
      if (item === 0) throw new Error('first');
    };
    await expect(inParallel([0, 1, 2, 3, 4, 5], 2, work)).rejects.toThrow('first');
    await turn();
    expect(begun).toBeLessThanOrEqual(3);
  });

  it('is nothing for nothing', async () => {
    await expect(inParallel([], 4, () => turn())).resolves.toEqual([]);
  });
});
