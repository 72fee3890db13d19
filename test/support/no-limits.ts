import type { LimitSettings } from '../../apps/core-platform/src/limits/limit-options.js';

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
