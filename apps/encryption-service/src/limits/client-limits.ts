import type { ClientLimits } from '@app/contract';
import { MAX_BATCH_ITEMS } from '@app/contract';
import { invalidField } from '@app/errors';
import { type DayRule, dayRule, type RateRule, rateRule } from '@app/limits';
import type { Tier } from './tiers.js';

/** What a client's rate gives at once, in seconds of it. */
const BURST_SECONDS = 10;

const NAMES = ['requestsPerSecond', 'decryptItemsPerSecond', 'decryptItemsPerDay'] as const;

/** What one client may use; `undefined` where nothing limits it beyond its tenant. */
export interface ClientRules {
  readonly requests: RateRule | undefined;
  readonly decryptItems: RateRule | undefined;
  readonly decryptDay: DayRule | undefined;
}

/** What a client may use by the limits of its own, which narrow those of its tenant's tier. */
export function clientRules(limits: ClientLimits | undefined, tier: Tier): ClientRules {
  const { requestsPerSecond: requests, decryptItemsPerSecond: items } = limits ?? {};
  const { decryptItemsPerDay: day } = limits ?? {};
  return {
    requests:
      requests === undefined ? tier.clientRequests : rateRule(requests, requests * BURST_SECONDS),
    // A full batch must fit.
    decryptItems:
      items === undefined
        ? undefined
        : rateRule(items, Math.max(items * BURST_SECONDS, MAX_BATCH_ITEMS)),
    decryptDay: day === undefined ? undefined : dayRule(day),
  };
}

/** The same limits, or none where no member is set. */
export function someLimits(limits: ClientLimits | undefined): ClientLimits | undefined {
  return limits !== undefined && NAMES.some((name) => limits[name] !== undefined)
    ? limits
    : undefined;
}

/**
 * Limits of a client narrow its tenant's.
 *
 * @throws AppError `invalid_request`, naming the first one that does not.
 */
export function assertNarrower(limits: ClientLimits | undefined, tier: Tier): void {
  const most: Record<(typeof NAMES)[number], number | undefined> = {
    requestsPerSecond: tier.requests?.perSecond,
    decryptItemsPerSecond: tier.decryptItems?.perSecond,
    decryptItemsPerDay: tier.decryptDay?.perDay,
  };
  for (const name of NAMES) {
    if ((limits?.[name] ?? 0) > (most[name] ?? Infinity))
      throw invalidField(`limits.${name}`, 'must not be more than the tenant may');
  }
}

/** Whether limits give nobody more than others do: each that those set, these set as low. */
export function isWithin(
  limits: ClientLimits | undefined,
  others: ClientLimits | undefined,
): boolean {
  return NAMES.every((name) => (limits?.[name] ?? Infinity) <= (others?.[name] ?? Infinity));
}

/** Limits as a member of the MAC of their row: the RFC 8785 text of the object. */
export function limitsMember(limits: ClientLimits | undefined): string | undefined {
  if (limits === undefined) return undefined;
  const members = NAMES.flatMap((name) =>
    limits[name] === undefined ? [] : [[name, limits[name]]],
  );
  return JSON.stringify(Object.fromEntries(members.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))));
}
