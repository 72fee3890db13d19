import type { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import { Lease } from './lease.js';
import { capacityOf, type LimitRule } from './rules.js';
import type { TokenStore } from './token-store.js';

/** What is told of a demand that will never be met. */
const TOO_LARGE_MILLIS = 60_000;
const TOO_LARGE = 'This is more at once than the limit ever has; send fewer items in a call.';

/** What one call takes of one limit. */
export interface Demand {
  /** What is limited and for whom, such as `requests/tenant/<id>`: the same for all replicas. */
  readonly key: string;
  /** `undefined` where it is not limited. */
  readonly rule: LimitRule | undefined;
  /** Tokens, whole; 1 where absent. */
  readonly cost?: number;
}

/** A demand that was not met. */
export interface Shortage {
  readonly demand: Demand;
  /** Milliseconds after which it is worth trying again. */
  readonly waitMillis: number;
}

/**
 * Serves demands out of blocks that are leased from a store, so that most of them cost no round trip. What a replica has leased and not
 * used is the slack: with N replicas, at most N blocks and a half (see `blockOf`) more than the rule may be used in any stretch of time,
 * and as many may be missing to others. A rule whose block is one token, a burst below 40, is exact but for what is asked ahead.
 *
 * Keys are bounded: the one that was used longest ago is let go, and what it had left is given back.
 */
export class BlockLimiter {
  readonly #leases = new Map<string, Lease>();
  readonly #nowMillis: () => number;

  /** @param keys - how many limits are kept in memory at most. */
  constructor(
    private readonly store: TokenStore,
    clock: Clock,
    private readonly keys: number,
  ) {
    this.#nowMillis = () => clock.nowMillis();
  }

  /**
   * Takes all demands, or none.
   *
   * @returns the first one that was not met; `undefined` where all were taken.
   * @throws what the store throws.
   */
  async take(demands: readonly Demand[]): Promise<Shortage | undefined> {
    const taken: [Lease, number][] = [];
    try {
      for (const demand of demands) {
        const { key, rule, cost = 1 } = demand;
        if (rule === undefined || cost === 0) continue;
        const lease = this.#leaseOf(key, rule);
        const waitMillis = isTooLarge(demand) ? TOO_LARGE_MILLIS : await lease.take(cost);
        if (waitMillis > 0) {
          putBack(taken);
          return { demand, waitMillis };
        }
        taken.push([lease, cost]);
      }
      return undefined;
    } catch (error) {
      putBack(taken);
      throw error;
    }
  }

  /**
   * Takes all demands or refuses the call.
   *
   * @throws AppError `code`, with the time after which it is worth trying again, and what the store throws.
   */
  async admit(
    demands: readonly Demand[],
    code: 'rate_limited' | 'quota_exceeded' = 'rate_limited',
  ): Promise<void> {
    const shortage = await this.take(demands);
    if (shortage !== undefined) throw toRefusal(code, shortage);
  }

  /**
   * What this replica knows of a limit, without a look at the store.
   *
   * @returns 0, or milliseconds after which it is worth trying, where the limit is known to be used up.
   */
  waitOf({ key, rule, cost = 1 }: Demand): number {
    return rule === undefined ? 0 : (this.#leases.get(key)?.waitOf(cost) ?? 0);
  }

  /** Gives everything that is left back, at a clean stop. @throws what the store throws. */
  async close(): Promise<void> {
    const leases = [...this.#leases.values()];
    this.#leases.clear();
    for (const lease of leases) await lease.giveBack();
  }

  #leaseOf(key: string, rule: LimitRule): Lease {
    let lease = this.#leases.get(key);
    if (lease === undefined) lease = new Lease(key, rule, this.store, this.#nowMillis);
    else this.#leases.delete(key);
    lease.follow(rule);
    this.#leases.set(key, lease);
    if (this.#leases.size > this.keys) this.#forgetOldest();
    return lease;
  }

  #forgetOldest(): void {
    for (const [key, lease] of this.#leases) {
      this.#leases.delete(key);
      // What cannot be given back is lost, as with a replica that dies.
      lease.giveBack().catch(() => undefined);
      return;
    }
  }
}

/** The refusal of a call for want of what it demands. It says more where no waiting helps. */
export function toRefusal(
  code: 'rate_limited' | 'quota_exceeded',
  { demand, waitMillis }: Shortage,
): AppError {
  const retryAfterSeconds = Math.ceil(waitMillis / 1000);
  return new AppError(code, {
    retryAfterSeconds,
    ...(isTooLarge(demand) ? { detail: TOO_LARGE } : {}),
  });
}

/** Whether a demand is for more than its limit ever gives at once. */
function isTooLarge({ rule, cost = 1 }: Demand): boolean {
  return rule !== undefined && cost > capacityOf(rule);
}

function putBack(taken: readonly (readonly [Lease, number])[]): void {
  for (const [lease, cost] of taken) lease.putBack(cost);
}
