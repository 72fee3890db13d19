import { describe, expect, it } from 'vitest';
import { shareOut } from './pinning.js';

describe('shareOut', () => {
  it('gives the server a core of its own, and lets database and load share the other of two', () => {
    expect(shareOut([0, 1])).toEqual({ server: [0], load: [1], database: [1] });
  });

  it('gives the database all cores that are left', () => {
    expect(shareOut([2, 3, 6, 7])).toEqual({ server: [2], load: [3], database: [6, 7] });
  });

  it('shares out nothing with one core, or none known', () => {
    expect([shareOut([0]), shareOut([])]).toEqual([undefined, undefined]);
  });
});
