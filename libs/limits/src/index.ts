/**
 * Limits that hold across replicas.
 *
 * ```ts
 * // Once, where the app is wired. The migration runs LIMITS_SCHEMA.statements, the schema grants LIMITS_SCHEMA.functions.
 * const limits = new SharedLimits({ database, clock, keys: 10_000, onFailure });
 *
 * // For each call: five at once, and one more each twelve minutes. The key names what is limited, and for whom.
 * const rule = rateRule(5 / 3600, 5);
 * await limits.requests.admit([{ key: `register/${addressKey(call.address)}`, rule }]); // throws `rate_limited` with Retry-After
 * ```
 *
 * Several demands are taken together, all or none. `take` is `admit` that answers what is short in place of throwing. A limit with a small
 * burst costs a short statement for each call, a large one is leased in blocks of a twentieth of its burst.
 */
export { addressKey } from './address-key.js';
export { BlockLimiter } from './block-limiter.js';
export type { Demand, Shortage } from './block-limiter.js';
export { FailureLimiter } from './failure-limiter.js';
export type { FailureRules } from './failure-limiter.js';
export { LIMITS_SCHEMA } from './limits-schema.js';
export { MemoryTokenStore } from './memory-token-store.js';
export { dayRule, rateRule } from './rules.js';
export type { DayRule, LimitRule, RateRule } from './rules.js';
export { SharedLimits } from './shared-limits.js';
export type { SharedLimitsOptions } from './shared-limits.js';
export { TokenStore } from './token-store.js';
export type { Grant } from './token-store.js';
