import type { BlockLimiter, Demand } from '@app/limits';
import type { ClientCaller } from '../callers/caller.js';
import { clientRules } from './client-limits.js';
import type { Tiers } from './tiers.js';

/** Items that a data key counts for: whoever holds one opens what is under it without asking. */
export const DATA_KEY_ITEMS = 10;
/** Bytes of a stream that count for an item. */
export const STREAM_ITEM_BYTES = 1024 * 1024;

/**
 * How much a tenant gets to see, in a second and in a day: whoever takes over a core that may decrypt reads no faster. Counted in items,
 * for the tenant and for the client, before plaintext is released. What is taken for a call that then fails is not given back.
 */
export class DecryptBudget {
  /** @param limiter - one that gives nothing while its store is away. */
  constructor(
    private readonly limiter: BlockLimiter,
    private readonly tiers: Tiers,
  ) {}

  /** What one call takes of it, which may begin again. */
  spending(caller: ClientCaller): Spending {
    const { id, tenantId, limits } = caller.client;
    const tier = this.tiers.of(tenantId);
    const own = clientRules(limits, tier);
    return new Spending(this.limiter, [
      { key: `decrypt/client/${id}`, rule: own.decryptItems },
      { key: `decrypt-day/client/${id}`, rule: own.decryptDay },
      { key: `decrypt/tenant/${tenantId}`, rule: tier.decryptItems },
      { key: `decrypt-day/tenant/${tenantId}`, rule: tier.decryptDay },
    ]);
  }
}

/** What a call has taken of a budget. */
export class Spending {
  #items = 0;

  constructor(
    private readonly limiter: BlockLimiter,
    private readonly of: readonly Demand[],
  ) {}

  /**
   * Takes what is missing to so many items in all, or nothing: a call that begins again pays once.
   *
   * @throws AppError `quota_exceeded`, `database_unavailable`.
   */
  async upTo(items: number): Promise<void> {
    const cost = items - this.#items;
    if (cost <= 0) return;
    const demands = this.of.map((one) => ({ ...one, cost }));
    await this.limiter.admit(demands, 'quota_exceeded');
    this.#items = items;
  }

  /** Takes one item more. @throws AppError as {@link upTo}. */
  async next(): Promise<void> {
    await this.upTo(this.#items + 1);
  }
}
