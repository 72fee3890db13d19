import type { LimitSettings } from '../../apps/core-platform/src/limits/limit-options.js';
import type {
  LimitSettings as ServiceLimits,
  TierSettings,
} from '../../apps/encryption-service/src/limits/limit-options.js';

/** For tests about anything else than limits, which call more often than people do. */
export const NO_CORE_LIMITS: LimitSettings = {
  address: { perSecond: 0, burst: 1 },
  login: { perMinute: 0, burst: 1 },
  register: { perHour: 0, burst: 1 },
  failures: { perSecond: 0, burst: 1 },
  failuresOfOne: { perMinute: 0, burst: 1 },
  caller: { perSecond: 0, burst: 1 },
  tenant: { perSecond: 0, burst: 1 },
};

const NO_TIER: TierSettings = {
  requestsPerSecond: 0,
  requestBurst: 1,
  clientRequestsPerSecond: 0,
  clientRequestBurst: 1,
  decryptItemsPerSecond: 0,
  decryptBurst: 1_000,
  decryptItemsPerDay: 0,
};

/** The same for the encryption service. */
export const NO_SERVICE_LIMITS: ServiceLimits = {
  address: { perSecond: 0, burst: 1 },
  failures: { perSecond: 0, burst: 1 },
  failuresOfOne: { perMinute: 0, burst: 1 },
  default: NO_TIER,
  tiers: [],
  tenants: [],
};
