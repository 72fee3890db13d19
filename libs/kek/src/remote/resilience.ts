import { randomInt } from 'node:crypto';
import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  DelegateBackoff,
  handleWhen,
  retry,
  timeout,
  TaskCancelledError,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { KeyServiceError, type KeyServiceReason } from './key-service.js';
import type { ResilienceOptions } from './resilience-settings.js';

const FIRST_WAIT_MILLIS = 100;
const LONGEST_WAIT_MILLIS = 2_000;

/** Draws a whole number of milliseconds from 0 to `below`, without `below`; for tests. */
export type Draw = (below: number) => number;

/** What a call of a key service has around it. */
export interface AttemptOptions {
  readonly resilience: ResilienceOptions;
  /** Whether the service does one thing after the other, so that the others wait here, without their time running. */
  readonly oneAtATime?: boolean;
  readonly draw?: Draw;
}

/** One call of a key service, with everything around it. Tries get a signal of their own. */
export type Attempt = <T>(one: (signal: AbortSignal) => Promise<T>) => Promise<T>;

const CURED_BY_TIME: readonly KeyServiceReason[] = ['unavailable', 'throttled', 'nonsense'];

function isCuredByTime(error: unknown): boolean {
  if (error instanceof KeyServiceError) return CURED_BY_TIME.includes(error.reason);
  // What the policy of a try throws when its time is over.
  return error instanceof TaskCancelledError;
}

function waitAfter(error: unknown, attempt: number, draw: Draw): number {
  const asked = error instanceof KeyServiceError ? error.retryAfterMillis : undefined;
  // Full jitter: many processes that failed together must not come back together.
  const jitter = draw(FIRST_WAIT_MILLIS * 2 ** (attempt - 1) + 1);
  return Math.min(Math.max(asked ?? 0, jitter), LONGEST_WAIT_MILLIS);
}

/**
 * Tries with an end, waits with full jitter, a circuit breaker and a bound on calls at once, out of a library: the state machine of a
 * breaker under concurrent calls is where code of one's own goes wrong. The breaker counts tries; an answer of the service, even "this
 * key is disabled", shows that it is there. While one probe is under way after a pause, other calls wait for its outcome.
 *
 * The tries of a call that hangs are raced against their time, since not every SDK obeys a signal.
 */
export function makeAttempt({
  resilience: options,
  oneAtATime,
  draw = randomInt,
}: AttemptOptions): Attempt {
  const atOnce = oneAtATime === true ? 1 : options.callsAtOnce;
  const curable = handleWhen(isCuredByTime);
  const policy = wrap(
    bulkhead(atOnce, 2 * options.callsAtOnce - atOnce),
    retry(curable, {
      maxAttempts: options.tries - 1,
      backoff: new DelegateBackoff(({ attempt, result }) =>
        waitAfter('error' in result ? result.error : undefined, attempt, draw),
      ),
    }),
    circuitBreaker(curable, {
      halfOpenAfter: options.breakerPause,
      breaker: new ConsecutiveBreaker(options.breakerFailures),
    }),
    timeout(options.tryTimeout, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false }),
  );
  return (one) => policy.execute(({ signal }) => one(signal));
}
