import {
  addressKey,
  type BlockLimiter,
  FailureLimiter,
  type RateRule,
  rateRule,
} from '@app/limits';
import type { Call } from '@app/server';
import type { Caller } from '../callers/caller.js';
import { clientRules } from './client-limits.js';
import type { LimitSettings } from './limit-options.js';
import type { Tiers } from './tiers.js';

/** Refuses what is too much: by address before anybody says who they are, and by client and tenant once that is known. */
export class LimitRequest {
  readonly #address: RateRule | undefined;
  readonly #failures: FailureLimiter;

  constructor(
    private readonly limiter: BlockLimiter,
    private readonly tiers: Tiers,
    { address, failures, failuresOfOne }: LimitSettings,
  ) {
    this.#address = rateRule(address.perSecond, address.burst);
    this.#failures = new FailureLimiter(limiter, {
      ofCredential: rateRule(failuresOfOne.perMinute / 60, failuresOfOne.burst),
      ofAddress: rateRule(failures.perSecond, failures.burst),
    });
  }

  /** @throws AppError `rate_limited`. */
  async byAddress({ address }: Call): Promise<void> {
    if (this.#address === undefined) return;
    await this.limiter.admit([{ key: `address/${addressKey(address)}`, rule: this.#address }]);
  }

  /**
   * Finds out who calls, unless too many have failed to say so.
   *
   * @param credential - names what they come with, and is no secret.
   * @throws AppError `rate_limited`, and what `authenticate` throws.
   */
  authenticating<T>(
    { address }: Call,
    credential: string,
    authenticate: () => Promise<T>,
  ): Promise<T> {
    return this.#failures.guard(addressKey(address), credential, authenticate);
  }

  /** Once it is known who calls. @throws AppError `rate_limited`. */
  async byCaller(caller: Caller): Promise<void> {
    if (caller.kind === 'operator') {
      const { clientRequests: rule } = this.tiers.default;
      await this.limiter.admit([{ key: `operator/${caller.operator.id}`, rule }]);
      return;
    }
    const { id, tenantId, limits } = caller.client;
    const tier = this.tiers.of(tenantId);
    await this.limiter.admit([
      // The client's comes first: one that calls too often takes nothing from its neighbours.
      { key: `client/${id}`, rule: clientRules(limits, tier).requests },
      { key: `tenant/${tenantId}`, rule: tier.requests },
    ]);
  }
}
