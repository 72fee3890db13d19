import { AppError } from '@app/errors';
import { type BlockLimiter, type Demand, toRefusal } from './block-limiter.js';
import type { RateRule } from './rules.js';

/** How often credentials may turn out to be wrong. */
export interface FailureRules {
  /** The same one from the same address: a program with a wrong secret, which must not stand in the way of its neighbours. */
  readonly ofCredential: RateRule | undefined;
  /** Any from the same address. */
  readonly ofAddress: RateRule | undefined;
}

/**
 * Slows whoever comes with wrong credentials. What is right costs nothing here, not even a look at the store: a replica looks at a
 * credential until it has seen too many wrong ones itself, or was told so when it noted one.
 */
export class FailureLimiter {
  constructor(
    private readonly limiter: BlockLimiter,
    private readonly rules: FailureRules,
  ) {}

  /**
   * Finds out who somebody is, unless too many have failed to say so.
   *
   * @param address - as `addressKey` gives it.
   * @param credential - what names the credential: its public part, or a digest. At most 100 characters.
   * @throws AppError `rate_limited`, and what `authenticate` throws; its `unauthenticated` is noted.
   */
  async guard<T>(address: string, credential: string, authenticate: () => Promise<T>): Promise<T> {
    this.assertOpen(address, credential);
    try {
      return await authenticate();
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthenticated')
        await this.note(address, credential);
      throw error;
    }
  }

  /**
   * To be called before a credential is looked at, both as {@link guard} takes them.
   *
   * @throws AppError `rate_limited`.
   */
  assertOpen(address: string, credential: string): void {
    for (const demand of this.#demands(address, credential)) {
      const waitMillis = this.limiter.waitOf(demand);
      if (waitMillis > 0) throw toRefusal('rate_limited', { demand, waitMillis });
    }
  }

  /** To be called for a credential that was wrong. @throws AppError `rate_limited` where there were too many. */
  async note(address: string, credential: string): Promise<void> {
    // The first one that is used up spares the second: one wrong secret does not use up what its whole address has.
    await this.limiter.admit(this.#demands(address, credential));
  }

  #demands(address: string, credential: string): readonly [Demand, Demand] {
    return [
      { key: `failures/${address}/${credential}`, rule: this.rules.ofCredential },
      { key: `failures/${address}`, rule: this.rules.ofAddress },
    ];
  }
}
