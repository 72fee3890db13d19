import { describe, expect, it } from 'vitest';
import { childEnvironment, isAnySet } from './child-environment.js';
import { readCommand } from './command-line.js';

describe('readCommand', () => {
  it('cuts the command line where the flags begin', () => {
    expect(readCommand(['operator', 'create', '--out', 'f'])).toEqual({
      words: ['operator', 'create'],
      rest: ['--out', 'f'],
      helpWanted: false,
    });
  });

  it('sees a wish for help anywhere', () => {
    expect(readCommand(['serve', '--x', '--help']).helpWanted).toBe(true);
  });
});

describe('childEnvironment', () => {
  it('inherits all but what is named, and what is set wins', () => {
    const from = { PATH: '/bin', CP_X: '1', DATABASE_URL: 'u', ES_Y: '2', GONE: undefined };
    const set = { ES_Y: '3' };
    expect(childEnvironment({ from, set, without: ['CP_', 'DATABASE_URL'] })).toEqual({
      PATH: '/bin',
      ES_Y: '3',
    });
  });
});

describe('isAnySet', () => {
  it('sees one of several variables', () => {
    expect(isAnySet(['A', 'B'], { B: '' })).toBe(true);
    expect(isAnySet(['A', 'B'], { C: '1', A: undefined })).toBe(false);
  });
});
