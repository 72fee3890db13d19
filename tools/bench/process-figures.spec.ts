import { describe, expect, it } from 'vitest';
import { parseCoreList, parsePeakMemory, parseStat } from './process-figures.js';

// Field 2 is the name; 4 the parent; 14 and 15 own times; 16 and 17 those of ended children.
const AFTER_NAME = 'S 41 1 1 0 -1 4194560 900 800 0 0 120 30 7 5 20 0 11 0 100 200 300';

describe('parseStat', () => {
  it('adds user and system time, own and of ended children', () => {
    expect(parseStat(`40 (node) ${AFTER_NAME}`)).toEqual({
      parent: 41,
      own: 150,
      endedChildren: 12,
    });
  });

  it('is not misled by a name with parentheses and spaces', () => {
    expect(parseStat(`40 (a) S 9 (b) ${AFTER_NAME}`).parent).toBe(41);
  });
});

describe('parsePeakMemory', () => {
  it('answers bytes', () => {
    expect(parsePeakMemory('VmPeak:\t  9 kB\nVmHWM:\t  123456 kB\nVmRSS:\t 8 kB\n')).toBe(
      123_456 * 1024,
    );
  });

  it('answers nothing where the status does not say', () => {
    expect(parsePeakMemory('Name:\tkthreadd\n')).toBeUndefined();
  });
});

describe('parseCoreList', () => {
  it.each([
    ['0', [0]],
    ['0-3', [0, 1, 2, 3]],
    ['1,4-5,9', [1, 4, 5, 9]],
  ])('reads %s', (list, expected) => {
    expect(parseCoreList(list)).toEqual(expected);
  });
});
