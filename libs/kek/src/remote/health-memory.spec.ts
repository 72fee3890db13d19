import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HealthMemory } from './health-memory.js';

const KEPT_MILLIS = 10_000;
const DISABLED = new Error('the key is disabled');

let probes: number;
let failure: Error | undefined;
let health: HealthMemory;

beforeEach(() => {
  vi.useFakeTimers();
  probes = 0;
  failure = undefined;
  health = new HealthMemory(KEPT_MILLIS, () => {
    probes += 1;
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the health of a key service', () => {
  it('is asked once by many', async () => {
    await Promise.all(Array.from({ length: 20 }, () => health.check()));
    expect(probes).toBe(1);
  });

  it('is remembered for some seconds, good or bad', async () => {
    await health.check();
    failure = DISABLED;
    await vi.advanceTimersByTimeAsync(KEPT_MILLIS - 1);
    await expect(health.check()).resolves.toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    await expect(health.check()).rejects.toBe(DISABLED);
    failure = undefined;
    await expect(health.check()).rejects.toBe(DISABLED);
    expect(probes).toBe(2);
    await vi.advanceTimersByTimeAsync(KEPT_MILLIS);
    await expect(health.check()).resolves.toBeUndefined();
  });
});
