import { describe, expect, it } from 'vitest';
import { inParallel } from './in-parallel.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('inParallel', () => {
  it('keeps the order of the items, whichever ends first', async () => {
    const results = await inParallel([3, 1, 2], 3, async (turns) => {
      for (let i = 0; i < turns; i += 1) await turn();
      return turns * 10;
    });
    expect(results).toEqual([30, 10, 20]);
  });

  it('has no more at work than its limit', async () => {
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

  it('begins nothing new after a failure', async () => {
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

  it('does nothing for nothing', async () => {
    await expect(inParallel([], 4, turn)).resolves.toEqual([]);
  });
});
