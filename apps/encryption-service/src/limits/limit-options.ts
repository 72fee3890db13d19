import { type ConfigOf, option } from '@app/config';
import { MAX_BATCH_ITEMS } from '@app/contract';

const MOST = 1_000_000_000;

function many(defaults: number, what: string) {
  return option.integer({
    default: defaults,
    least: 0,
    most: MOST,
    help: `${what}; 0 is no limit.`,
  });
}

function atOnce(defaults: number, what: string) {
  return option.integer({ default: defaults, least: 1, most: MOST, help: `${what}, at once.` });
}

/** What a tenant of one tier may use. */
export const TIER_OPTIONS = {
  requestsPerSecond: many(2_000, 'Requests of a tenant in a second'),
  requestBurst: atOnce(10_000, 'Requests of a tenant'),
  clientRequestsPerSecond: many(1_000, 'Requests of one of its clients in a second'),
  clientRequestBurst: atOnce(5_000, 'Requests of one of its clients'),
  decryptItemsPerSecond: many(1_000, 'Items that a tenant decrypts in a second'),
  decryptBurst: option.integer({
    default: 10_000,
    // A full batch must fit.
    least: MAX_BATCH_ITEMS,
    most: MOST,
    help: 'Items that a tenant decrypts, at once.',
  }),
  decryptItemsPerDay: many(5_000_000, 'Items that a tenant decrypts in a day, UTC'),
};

/** How much is taken from one address, client and tenant. */
export const LIMIT_OPTIONS = {
  address: {
    perSecond: many(10_000, 'Requests of one address in a second'),
    burst: atOnce(20_000, 'Requests of one address'),
  },
  failures: {
    perSecond: many(100, 'Wrong credentials of one address in a second'),
    burst: atOnce(1_000, 'Wrong credentials of one address'),
  },
  failuresOfOne: {
    perMinute: many(60, 'Wrong secrets for one API key, of one address, in a minute'),
    burst: atOnce(60, 'Wrong secrets for one API key, of one address'),
  },
  default: TIER_OPTIONS,
  tiers: option.entries(
    { tier: TIER_OPTIONS },
    { default: [], help: 'Tiers of use, each with a name. What one does not say is as built in.' },
  ),
  tenants: option.entries(
    { tenant: { tier: option.text({ help: 'The name of its tier.' }) } },
    {
      default: [],
      help: 'Tenants that are in a tier, by their ids. Any other has limits.default.',
    },
  ),
} as const;

export type LimitSettings = ConfigOf<typeof LIMIT_OPTIONS>;
export type TierSettings = ConfigOf<typeof TIER_OPTIONS>;
