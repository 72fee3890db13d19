import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import type { Act } from '../audit/act.js';
import { LoginTriesRepository, type TriesRule } from './login-tries.repository.js';

/** What a try comes to. `open` is neither: it counts for nothing, and clears nothing. */
export type Outcome = 'right' | 'wrong' | 'open';

/** What is counted, and how. */
export interface Tried {
  readonly key: Buffer;
  readonly rule: TriesRule;
  /** Makes the record of a lock that begins at a time. */
  readonly onLock?: (at: Date) => Act;
}

/** How long a try waits while as many as are allowed are under way. Hashes take a tenth of a second each. */
const WAIT_MILLIS = 100;
const WAITS = 50;

/** Lets no more tries fail than a rule allows, however many are made at once and at whatever replica. */
@Injectable()
export class LimitTries {
  readonly #tries: LoginTriesRepository;
  readonly #clock: Clock;

  constructor(tries: LoginTriesRepository, clock: Clock) {
    this.#tries = tries;
    this.#clock = clock;
  }

  /**
   * Makes one try. Where `work` throws it tells nothing, and the try is taken back.
   *
   * @throws AppError `locked`; `rate_limited` where others that are under way leave no room for seconds; and whatever `work` throws.
   */
  async attempt<T extends { readonly outcome: Outcome }>(
    tried: Tried,
    work: () => Promise<T>,
  ): Promise<T> {
    await this.#enter(tried);
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await this.#tries.takeBack(tried.key);
      throw error;
    }
    await this.#settle(tried, result.outcome);
    return result;
  }

  async #enter({ key, rule }: Tried): Promise<void> {
    for (let waits = 0; waits <= WAITS; waits += 1) {
      const now = this.#clock.now();
      const admission = await this.#tries.reserve(key, rule, now);
      if (admission === 'admitted') return;
      if (admission !== 'busy') throw lockedUntil(admission.lockedUntil, now);
      await sleep(WAIT_MILLIS);
    }
    throw new AppError('rate_limited', { retryAfterSeconds: 1 });
  }

  async #settle({ key, rule, onLock }: Tried, outcome: Outcome): Promise<void> {
    if (outcome === 'right') return this.#tries.succeed(key);
    if (outcome === 'open') return this.#tries.takeBack(key);
    const now = this.#clock.now();
    return this.#tries.fail(key, rule, now, onLock?.(now));
  }
}

function lockedUntil(end: Date, now: Date): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil((end.getTime() - now.getTime()) / 1_000));
  return new AppError('locked', { retryAfterSeconds });
}
