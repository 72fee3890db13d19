import { describe, expect, it } from 'vitest';
import type { Clock } from '@app/ambient';
import { ProgressLine } from './progress-line.js';

function show(
  isTTY: boolean,
  steps: readonly (readonly [atMillis: number, done: number])[],
): string {
  let now = 0;
  let text = '';
  const clock: Clock = { now: () => new Date(now), nowMillis: () => now };
  const terminal = { isTTY, write: (more: string) => (text += more) };
  const line = new ProgressLine(terminal, clock, 'things');
  for (const [atMillis, done] of steps) {
    now = atMillis;
    line.show(done, done > 3 ? 1 : 0, 10);
  }
  return text;
}

describe('progress', () => {
  it('rewrites one line at a terminal, and ends it', () => {
    const text = show(true, [
      [1000, 1],
      [2000, 2],
      [3000, 9],
    ]);
    expect(text).toBe(
      '\r\u001b[K1 of 10 things (1.0/s)\r\u001b[K2 of 10 things (1.0/s)' +
        '\r\u001b[K9 of 10 things, 1 failed (3.3/s)\n',
    );
  });

  it('prints a plain line now and then where there is no terminal', () => {
    const text = show(false, [
      [1000, 1],
      [6000, 2],
      [7000, 3],
      [8000, 9],
    ]);
    expect(text).toBe('2 of 10 things (0.3/s)\n9 of 10 things, 1 failed (1.3/s)\n');
  });
});
