import { describe, expect, it } from 'vitest';
import type { Tier } from './tiers.js';
import {
  assertNarrower,
  clientRules,
  isWithin,
  limitsMember,
  someLimits,
} from './client-limits.js';

const TIER: Tier = {
  requests: { kind: 'rate', perSecond: 100, burst: 500 },
  clientRequests: { kind: 'rate', perSecond: 50, burst: 100 },
  decryptItems: { kind: 'rate', perSecond: 10, burst: 1_000 },
  decryptDay: undefined,
};

describe('limits of a client', () => {
  it('stand in place of those of its tier', () => {
    expect(clientRules({ requestsPerSecond: 7 }, TIER)).toEqual({
      requests: { kind: 'rate', perSecond: 7, burst: 70 },
      decryptItems: undefined,
      decryptDay: undefined,
    });
    expect(clientRules(undefined, TIER).requests).toEqual(TIER.clientRequests);
  });

  it('are narrower than those of its tenant, or name the one that is not', () => {
    assertNarrower({ requestsPerSecond: 100, decryptItemsPerDay: 1e9 }, TIER);
    expect(() => {
      assertNarrower({ decryptItemsPerSecond: 11 }, TIER);
    }).toThrow(
      expect.objectContaining({
        errors: [expect.objectContaining({ field: 'limits.decryptItemsPerSecond' })],
      }),
    );
  });

  it.each([
    [undefined, undefined, true],
    [{ requestsPerSecond: 1 }, undefined, true],
    [undefined, { requestsPerSecond: 1 }, false],
    [{ requestsPerSecond: 2 }, { requestsPerSecond: 1 }, false],
    [{ requestsPerSecond: 1, decryptItemsPerDay: 5 }, { requestsPerSecond: 1 }, true],
  ])('%j within %j: %s', (limits, others, expected) => {
    expect(isWithin(limits, others)).toBe(expected);
  });

  it('are one text, whatever the order of their members', () => {
    const text = '{"decryptItemsPerDay":3,"requestsPerSecond":1}';
    expect(limitsMember({ requestsPerSecond: 1, decryptItemsPerDay: 3 })).toBe(text);
    expect(limitsMember({ decryptItemsPerDay: 3, requestsPerSecond: 1 })).toBe(text);
    expect(limitsMember(undefined)).toBeUndefined();
  });

  it('are none where no member is set', () => {
    expect(someLimits({})).toBeUndefined();
    expect(someLimits({ requestsPerSecond: 1 })).toEqual({ requestsPerSecond: 1 });
  });
});
