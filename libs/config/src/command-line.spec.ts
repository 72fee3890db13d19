import { describe, expect, it } from 'vitest';
import { childEnvironment } from './child-environment.js';
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
