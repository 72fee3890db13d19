import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Clock } from '@app/ambient';
import type { VersionKeys } from '@app/crypto';
import { AppError } from '@app/errors';
import { KeyCache } from './key-cache.js';

const LIMITS = { entries: 3, refreshMillis: 60_000, maxAgeMillis: 300_000 };

class SetClock implements Clock {
  millis = 1_000_000;

  now(): Date {
    return new Date(this.millis);
  }

  nowMillis(): number {
    return this.millis;
  }
}

/** Keys that are told apart by who they are; nothing is done with them. */
function keysNamed(name: string): VersionKeys {
  return { name } as unknown as VersionKeys;
}

function nameOf(keys: VersionKeys): string {
  return (keys as unknown as { name: string }).name;
}

interface Made {
  readonly cache: KeyCache;
  readonly clock: SetClock;
  /** What was opened, in order. */
  readonly opened: string[];
  /** What opening comes to from now on; undefined opens. */
  failure: AppError | undefined;
  get(key: string, encryptionId?: string): Promise<string>;
}

function make(): Made {
  const clock = new SetClock();
  const cache = new KeyCache(LIMITS, clock);
  const made: Made = {
    cache,
    clock,
    opened: [],
    failure: undefined,
    get: async (key, encryptionId = 'e') => {
      const open = async (): Promise<VersionKeys> => {
        made.opened.push(key);
        await turn();
        if (made.failure !== undefined) throw made.failure;
        return keysNamed(`${key}${String(made.opened.length)}`);
      };
      return nameOf(await cache.get({ key, encryptionId }, open));
    },
  };
  return made;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof AppError ? error.code : 'another error';
  }
}

describe('the key cache', () => {
  it('opens a key once for many uses at once', async () => {
    const made = make();
    const names = await Promise.all([made.get('a'), made.get('a'), made.get('a')]);
    expect([names, made.opened]).toEqual([['a1', 'a1', 'a1'], ['a']]);
  });

  it('does not keep a failure', async () => {
    const made = make();
    made.failure = new AppError('kms_unavailable');
    expect(await codeOf(made.get('a'))).toBe('kms_unavailable');
    made.failure = undefined;
    expect(await made.get('a')).toBe('a2');
  });

  it('opens a key anew beside its use once it is old enough', async () => {
    const made = make();
    await made.get('a');
    made.clock.millis += LIMITS.refreshMillis;
    expect(await made.get('a')).toBe('a1');
    await turn();
    expect(await made.get('a')).toBe('a2');
  });

  it('goes on for as long as it may while the key service is away, and no longer', async () => {
    const made = make();
    await made.get('a');
    made.failure = new AppError('kms_unavailable');
    made.clock.millis += LIMITS.maxAgeMillis - 1;
    expect(await made.get('a')).toBe('a1');
    await turn();
    expect(await made.get('a')).toBe('a1');
    made.clock.millis += 1;
    expect(await codeOf(made.get('a'))).toBe('kms_unavailable');
  });

  it('drops a key whose record does not open any more', async () => {
    const made = make();
    await made.get('a');
    made.failure = new AppError('internal', { alarm: 'wrapped_key_integrity' });
    made.clock.millis += LIMITS.refreshMillis;
    expect(await made.get('a')).toBe('a1');
    await turn();
    expect(await codeOf(made.get('a'))).toBe('internal');
  });

  it('keeps no more than it may, and lets go of what was not used for the longest time', async () => {
    const made = make();
    for (const key of ['a', 'b', 'c']) await made.get(key);
    await made.get('a');
    await made.get('d');
    expect(made.cache.size).toBe(LIMITS.entries);
    made.opened.length = 0;
    for (const key of ['a', 'c', 'd', 'b']) await made.get(key);
    expect(made.opened).toEqual(['b']);
  });

  it('does not take a key for young after the clock was set back', async () => {
    const made = make();
    await made.get('a');
    made.clock.millis -= 1;
    expect(await made.get('a')).toBe('a2');
  });

  it('forgets a version, or all of an encryption', async () => {
    const made = make();
    await made.get('a', 'one');
    await made.get('b', 'two');
    await made.get('c', 'two');
    made.cache.forget('a');
    expect(made.cache.size).toBe(2);
    made.cache.forgetEncryption('two');
    expect(made.cache.size).toBe(0);
  });

  it('does not bring back what was forgotten while it was opened anew', async () => {
    const made = make();
    await made.get('a');
    made.clock.millis += LIMITS.refreshMillis;
    await made.get('a');
    made.cache.forget('a');
    await turn();
    expect(made.cache.size).toBe(0);
  });
});
