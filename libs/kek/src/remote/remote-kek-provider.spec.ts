import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import type { KeyPlace } from '@app/crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type KeyBinding, type KeyService, KeyServiceError } from './key-service.js';
import { UnusableMasterKey } from './unusable-master-key.js';
import { RemoteKekProvider } from './remote-kek-provider.js';

const PLACE: KeyPlace = {
  tenantId: '7FF3B602-997b-4510-a596-5db792f8e3a6',
  encryptionId: '4d617a21-7574-4cc9-8392-8eeaad156a57',
  encryptionVersionId: '5c9bc386-82c7-4b60-b8cb-4425ea0e160b',
  suite: 'AES-256-GCM',
};
const DEK = SecretBytes.copyOf(Buffer.alloc(32, 2));
const RESILIENCE = {
  tryTimeout: 2_000,
  tries: 3,
  breakerFailures: 6,
  breakerPause: 5_000,
  callsAtOnce: 2,
  healthMemory: 10_000,
};

type Call = (key: Buffer, signal: AbortSignal) => Promise<Buffer>;

function masked(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => byte ^ 0xff));
}

/** Masks keys, unless it is told what to do instead. */
class FakeService implements KeyService {
  calls = 0;
  closed = false;
  instead: Call | undefined;
  binding: KeyBinding | undefined;
  readonly seen: Buffer[] = [];

  wrapKey(binding: KeyBinding, key: Buffer, signal: AbortSignal): Promise<Buffer> {
    this.binding = binding;
    return this.#call(key, signal);
  }

  unwrapKey(binding: KeyBinding, provided: Buffer, signal: AbortSignal): Promise<Buffer> {
    this.binding = binding;
    return this.#call(provided, signal);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  fail(error: Error): void {
    this.instead = () => Promise.reject(error);
  }

  #call(bytes: Buffer, signal: AbortSignal): Promise<Buffer> {
    this.calls += 1;
    this.seen.push(bytes);
    return this.instead?.(bytes, signal) ?? Promise.resolve(masked(bytes));
  }
}

let service: FakeService;
let provider: RemoteKekProvider;
let waits: number[];

beforeEach(() => {
  vi.useFakeTimers();
  service = new FakeService();
  waits = [];
  provider = new RemoteKekProvider({
    name: 'fake',
    kind: 'aws-kms',
    uri: 'aws-kms:fake',
    service,
    resilience: RESILIENCE,
    draw: (below) => {
      waits.push(below);
      return below - 1;
    },
  });
});

afterEach(() => {
  vi.useRealTimers();
});

/** What a call ends with, with all the time in the world given to it. */
async function outcome(promise: Promise<unknown>): Promise<AppError | undefined> {
  const settled = promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  await vi.runAllTimersAsync();
  const error = await settled;
  if (error === undefined || error instanceof AppError) return error;
  throw error as Error;
}

async function wrapFails(): Promise<AppError | undefined> {
  return outcome(provider.wrap(PLACE, DEK));
}

describe('the provider of a key service', () => {
  it('wraps a fresh key for each record, bound to names in lower case and to B', async () => {
    const one = await provider.wrap(PLACE, DEK);
    const other = await provider.wrap(PLACE, DEK);
    expect(one.provided).not.toBe(other.provided);
    expect(service.binding?.names).toEqual({
      'keyward-tenant': PLACE.tenantId.toLowerCase(),
      'keyward-encryption': PLACE.encryptionId,
      'keyward-version': PLACE.encryptionVersionId,
    });
    expect(service.binding?.aad.includes('keyward/v1/wrap')).toBe(true);
  });

  it('overwrites every key that it gave to the service or got from it', async () => {
    const record = await provider.wrap(PLACE, DEK);
    const given = Buffer.alloc(32, 7);
    service.instead = () => Promise.resolve(given);
    await outcome(provider.unwrap(PLACE, record));
    expect(service.seen[0]).toEqual(Buffer.alloc(32));
    expect(given).toEqual(Buffer.alloc(32));
  });

  it.each(['unavailable', 'throttled', 'nonsense'] as const)(
    'tries three times where the service is %s, with waits that grow',
    async (reason) => {
      service.fail(new KeyServiceError(reason, 'x'));
      expect((await wrapFails())?.code).toBe('kms_unavailable');
      expect([service.calls, waits]).toEqual([3, [101, 201]]);
    },
  );

  it('asks no second time where the key may not be used, which is no fault of the service', async () => {
    service.fail(new KeyServiceError('denied', 'x'));
    for (let call = 1; call <= 10; call += 1) {
      expect((await wrapFails())?.code).toBe('kms_unavailable');
      expect(service.calls).toBe(call);
    }
  });

  it('raises an alarm, at once, where the service does not open what was stored', async () => {
    const record = await provider.wrap(PLACE, DEK);
    service.calls = 0;
    service.fail(new KeyServiceError('refused', 'x'));
    expect((await outcome(provider.unwrap(PLACE, record)))?.alarm).toBe('wrapped_key_integrity');
    expect(service.calls).toBe(1);
  });

  it('takes a fault of ours for what it is', async () => {
    service.fail(new TypeError('x'));
    expect((await wrapFails())?.code).toBe('internal');
    expect(service.calls).toBe(1);
  });

  it('succeeds with a later try', async () => {
    let failures = 2;
    service.instead = (key) =>
      failures-- > 0
        ? Promise.reject(new KeyServiceError('unavailable', 'x'))
        : Promise.resolve(masked(key));
    expect(await wrapFails()).toBeUndefined();
  });

  it('waits as long as the service asks, within its bound, and passes it on', async () => {
    const began = performance.now();
    service.fail(new KeyServiceError('throttled', 'x', 60_000));
    const error = await wrapFails();
    expect([error?.code, error?.retryAfterSeconds]).toEqual(['kms_unavailable', 60]);
    expect(performance.now() - began).toBe(4_000);
  });

  it('gives up a try that hangs after its time, even one that ignores its signal', async () => {
    const began = performance.now();
    const signals: AbortSignal[] = [];
    service.instead = (_, signal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    };
    expect((await wrapFails())?.code).toBe('kms_unavailable');
    expect(performance.now() - began).toBe(3 * 2_000 + 100 + 200);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });

  it('overwrites a key that comes too late', async () => {
    const record = await provider.wrap(PLACE, DEK);
    const late = Buffer.alloc(32, 9);
    service.instead = () =>
      new Promise((resolve) => {
        setTimeout(resolve, 2_500, late);
      });
    expect((await outcome(provider.unwrap(PLACE, record)))?.code).toBe('kms_unavailable');
    expect(late).toEqual(Buffer.alloc(32));
  });

  it.each([
    ['nothing', () => Buffer.alloc(0)],
    ['less than a key', () => Buffer.alloc(31, 1)],
    ['more than a row takes', () => Buffer.alloc(8_193, 1)],
    ['the key itself', (key: Buffer) => Buffer.concat([Buffer.from('x'), key])],
  ])('takes no ciphertext that is %s', async (_, answer) => {
    service.instead = (key) => Promise.resolve(answer(key));
    expect((await wrapFails())?.code).toBe('kms_unavailable');
    expect(service.calls).toBe(3);
  });

  it.each([0, 16, 31, 33])('takes no key of %i bytes', async (length) => {
    const record = await provider.wrap(PLACE, DEK);
    service.calls = 0;
    service.instead = () => Promise.resolve(Buffer.alloc(length, 1));
    expect((await outcome(provider.unwrap(PLACE, record)))?.code).toBe('kms_unavailable');
    expect(service.calls).toBe(3);
  });

  it('does not bother the service with what cannot be of it', async () => {
    const record = await provider.wrap(PLACE, DEK);
    service.calls = 0;
    const { provided: _provided, ...without } = record;
    for (const changed of [without, { ...record, provided: 'AAAA' }]) {
      expect((await outcome(provider.unwrap(PLACE, changed)))?.alarm).toBe('wrapped_key_integrity');
    }
    expect(service.calls).toBe(0);
  });

  it('closes its service', async () => {
    await provider.close();
    expect(service.closed).toBe(true);
  });
});

describe('a key service that fails on', () => {
  it('is left alone for a while, then asked by one call alone, and used again once it answers', async () => {
    service.fail(new KeyServiceError('unavailable', 'x'));
    await wrapFails();
    await wrapFails();
    expect(service.calls).toBe(6);
    const error = await wrapFails();
    expect([error?.code, error?.retryAfterSeconds]).toEqual(['kms_unavailable', 5]);
    expect(service.calls).toBe(6);

    await vi.advanceTimersByTimeAsync(5_000);
    await wrapFails();
    expect(service.calls).toBe(7);
    expect((await wrapFails())?.code).toBe('kms_unavailable');
    expect(service.calls).toBe(7);

    await vi.advanceTimersByTimeAsync(5_000);
    service.instead = undefined;
    expect(await wrapFails()).toBeUndefined();
    expect(await wrapFails()).toBeUndefined();
  });

  it('is there again where it answers that the key is disabled', async () => {
    service.fail(new KeyServiceError('unavailable', 'x'));
    await wrapFails();
    await wrapFails();
    await vi.advanceTimersByTimeAsync(5_000);
    service.fail(new KeyServiceError('denied', 'x'));
    await wrapFails();
    await wrapFails();
    expect(service.calls).toBe(8);
  });

  it('gets as many calls at once as are allowed, and as many again wait', async () => {
    service.instead = () => new Promise(() => undefined);
    const calls = Array.from({ length: 5 }, () => provider.wrap(PLACE, DEK));
    const ended = Promise.allSettled(calls);
    await vi.advanceTimersByTimeAsync(0);
    expect(service.calls).toBe(2);
    await expect(calls[4]).rejects.toMatchObject({ code: 'kms_unavailable' });
    await vi.runAllTimersAsync();
    expect((await ended).map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
  });
});

describe('why a key service is not to be had', () => {
  /** What the log shows of it. */
  function codesOf(error: AppError | undefined): unknown[] {
    const { cause } = error ?? {};
    if (!(cause instanceof UnusableMasterKey)) return [cause];
    return [cause.code, (cause.cause as KeyServiceError).code];
  }

  it('is said with the name of the master key', async () => {
    service.instead = () => new Promise(() => undefined);
    expect(codesOf(await wrapFails())).toEqual([
      'master key fake',
      'unavailable: no answer in time',
    ]);
    await wrapFails();
    expect(codesOf(await wrapFails())).toEqual([
      'master key fake',
      'unavailable: left alone for a while after failed tries',
    ]);
  });
});
