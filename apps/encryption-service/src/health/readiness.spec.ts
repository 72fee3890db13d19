import { AppError } from '@app/errors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Readiness } from './readiness.js';

const AWAY = new AppError('kms_unavailable');
const GRACE = 300_000;

let now: number;
let failure: AppError | undefined;
let heard: (string | undefined)[];
let readiness: Readiness;
let silent: PromiseWithResolvers<undefined> | undefined;

afterEach(() => {
  vi.useRealTimers();
});

beforeEach(() => {
  now = 0;
  failure = undefined;
  heard = [];
  silent = undefined;
  readiness = make();
});

function make(pingDatabase = () => Promise.resolve()): Readiness {
  return new Readiness({
    pingDatabase,
    masterKey: {
      checkHealth: () =>
        silent?.promise ?? (failure === undefined ? Promise.resolve() : Promise.reject(failure)),
    },
    graceMillis: GRACE,
    onChange: (error) => heard.push(error?.code),
    nowMillis: () => now,
  });
}

async function outcome(one = readiness): Promise<string> {
  try {
    await one.check();
    return 'ready';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

describe('readiness', () => {
  it('is not there before the key service has answered once', async () => {
    failure = AWAY;
    expect(await outcome()).toBe('kms_unavailable');
    failure = undefined;
    expect(await outcome()).toBe('ready');
  });

  it('lasts as long as kept keys work without the key service, and comes back with it', async () => {
    expect(await outcome()).toBe('ready');
    failure = AWAY;
    now = GRACE - 1;
    expect(await outcome()).toBe('ready');
    now = GRACE;
    expect(await outcome()).toBe('kms_unavailable');
    failure = undefined;
    expect(await outcome()).toBe('ready');
  });

  it('ends at once with the database, and with a fault that no outage is', async () => {
    const away = make(() => Promise.reject(new AppError('database_unavailable')));
    expect(await outcome(away)).toBe('database_unavailable');
    expect(await outcome()).toBe('ready');
    failure = new AppError('internal');
    expect(await outcome()).toBe('internal');
  });

  it('is answered within a second where the key service is silent', async () => {
    expect(await outcome()).toBe('ready');
    vi.useFakeTimers();
    silent = Promise.withResolvers<undefined>();
    const [kept, fresh] = [outcome(), outcome(make())];
    await vi.advanceTimersByTimeAsync(900);
    expect(await Promise.all([kept, fresh])).toEqual(['ready', 'kms_unavailable']);
    expect([heard, vi.getTimerCount()]).toEqual([[], 0]);
    silent.reject(AWAY);
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual(['kms_unavailable', 'kms_unavailable']);
  });

  it('is told of when it changes, and not at each check', async () => {
    for (const next of [undefined, AWAY, AWAY, undefined, undefined, AWAY]) {
      failure = next;
      await outcome();
    }
    expect(heard).toEqual(['kms_unavailable', undefined, 'kms_unavailable']);
  });
});
