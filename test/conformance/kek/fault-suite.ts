import { inspect } from 'node:util';
import { generateDek, type WrappedKeyRecord } from '@app/crypto';
import type { KekProvider } from '@app/kek';
import { refusal } from '../../support/refusal.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault, Faults } from '../../support/key-services/faults.js';
import type { KekBackend, RunningBackend } from './backend.js';
import { PLACE, UNAVAILABLE } from './refusal.js';

const FAULTS: readonly Fault[] = [
  { kind: 'hang-up' },
  { kind: 'slow', millis: 1_500 },
  { kind: 'nonsense' },
  { kind: 'endless' },
  { kind: 'redirect' },
  { kind: 'error', status: 429 },
  { kind: 'error', status: 500 },
  { kind: 'error', status: 503 },
];
const ALWAYS = 1_000;
const TRIES = 3;
/** Far more than an answer is, and what systems hold on the way of it; far less than would hurt. */
const READ_BYTES = 24 * 1024 * 1024;
/** Three tries of 400 ms, two waits of 300 ms in all, and what a busy machine adds. */
const BOUND_MILLIS = 4_000;
const PAUSE_MILLIS = 600;

function nameOf(fault: Fault): string {
  return fault.kind === 'error' ? `answers ${fault.status.toString()}` : fault.kind;
}

/** What a caller sees of a key service that fails, and that the service is left in peace. */
export function describeFaults({ quirks }: KekBackend, running: () => RunningBackend): void {
  let provider: KekProvider;
  let record: WrappedKeyRecord;
  let faults: Faults;

  async function unwrap(): Promise<void> {
    using _dek = await provider.unwrap(PLACE, record);
  }

  beforeEach(async () => {
    faults = running().faults as Faults;
    provider = await running().open();
    using dek = await generateDek(PLACE.suite);
    record = await provider.wrap(PLACE, dek);
  });

  afterEach(async () => {
    faults.clear();
    await provider.close();
  });

  describe('a key service that fails', () => {
    it.each(FAULTS.map((fault) => [nameOf(fault), fault] as const))(
      'is tried three times within its time, and nothing of it is shown: %s',
      async (_, fault) => {
        const before = faults.met;
        faults.add(fault, ALWAYS);
        const began = performance.now();
        const error: unknown = await unwrap().catch((thrown: unknown) => thrown);
        expect(performance.now() - began).toBeLessThan(BOUND_MILLIS);
        expect(faults.met - before).toBe(TRIES);
        expect(await refusal(Promise.reject(error as Error))).toEqual(UNAVAILABLE);
        const shown = inspect(error, { depth: 10, showHidden: true });
        const secrets = [...running().secrets, record.provided ?? ''];
        expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
      },
    );

    it('does not fill the memory', async () => {
      const before = faults.sentBytes;
      faults.add({ kind: 'endless' }, ALWAYS);
      expect(await refusal(unwrap())).toEqual(UNAVAILABLE);
      expect(faults.sentBytes - before).toBeLessThan(READ_BYTES);
    });

    it('is not noticed where it fails twice', async () => {
      const before = faults.met;
      faults.add({ kind: 'error', status: 503 }, TRIES - 1);
      expect(await refusal(unwrap())).toBeUndefined();
      expect(faults.met - before).toBe(TRIES - 1);
    });

    it('makes no record', async () => {
      using dek = await generateDek(PLACE.suite);
      faults.add({ kind: 'error', status: 503 }, ALWAYS);
      expect(await refusal(provider.wrap(PLACE, dek))).toEqual(UNAVAILABLE);
    });

    it('is left alone after six failures, and used again once it answers', async () => {
      faults.add({ kind: 'hang-up' }, ALWAYS);
      await refusal(unwrap());
      await refusal(unwrap());
      const before = faults.met;
      expect(await refusal(unwrap())).toEqual(UNAVAILABLE);
      expect(faults.met).toBe(before);
      faults.clear();
      await sleep(PAUSE_MILLIS);
      expect(await refusal(unwrap())).toBeUndefined();
    });

    it('is not healthy', async () => {
      faults.add({ kind: 'error', status: 503 }, ALWAYS);
      expect(await refusal(provider.checkHealth())).toEqual(UNAVAILABLE);
    });
  });

  if (quirks?.hasNoDisabledKeys === true) return;
  it('is unavailable while its key is disabled, and raises no alarm', async () => {
    const { setEnabled } = running();
    await setEnabled?.(false);
    try {
      expect(await refusal(unwrap())).toEqual(UNAVAILABLE);
      expect(await refusal(provider.checkHealth())).toEqual(UNAVAILABLE);
    } finally {
      await setEnabled?.(true);
    }
    expect(await refusal(unwrap())).toBeUndefined();
  });
}
