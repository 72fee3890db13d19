import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LauncherError } from './launcher-error.js';
import { StartDeadline } from './start-deadline.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work that ends only when it is told to. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

describe('StartDeadline', () => {
  it('ends a start that takes more than a minute', async () => {
    const deadline = new StartDeadline();
    const work = expect(deadline.together([untilAborted(deadline.signal)])).rejects.toMatchObject({
      code: 'too_slow',
    });
    vi.advanceTimersByTime(60_000);
    await work;
  });

  it('fails with the first failure, after every part has ended', async () => {
    const deadline = new StartDeadline();
    let hasEnded = false;
    const other = untilAborted(deadline.signal).finally(() => {
      hasEnded = true;
    });
    const failing = Promise.reject(new LauncherError('start_failed', 'first'));
    await expect(deadline.together([other, failing])).rejects.toMatchObject({
      code: 'start_failed',
    });
    expect(hasEnded).toBe(true);
    deadline.clear();
  });

  it('is ended from outside, with the reason that is given', async () => {
    const outside = new AbortController();
    const deadline = new StartDeadline(outside.signal);
    const work = deadline.together([untilAborted(deadline.signal)]);
    outside.abort(new LauncherError('interrupted', 'asked to'));
    await expect(work).rejects.toMatchObject({ code: 'interrupted' });
    deadline.clear();
  });

  it('answers what each part answered', async () => {
    const deadline = new StartDeadline();
    expect(await deadline.together([Promise.resolve(1), Promise.resolve('two')])).toEqual([
      1,
      'two',
    ]);
    deadline.clear();
  });
});
