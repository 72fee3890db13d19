import { type ConfigOf, option } from '@app/config';

/** The rule of a length of time between two others. With none at all every try would be over before it began. */
function durationRule(
  least: string,
  leastMillis: number,
  most: string,
  mostMillis: number,
): (millis: number) => string | undefined {
  return (millis) =>
    millis >= leastMillis && millis <= mostMillis ? undefined : `must be from ${least} to ${most}`;
}

/**
 * How patient this process is with a key service; settings of every kind that is one. With the defaults a call ends within three tries of
 * 2 s and two waits of 0.2 s at most, or of what the service asked for, 2 s at most.
 */
export const RESILIENCE_SETTINGS = {
  tryTimeout: option.duration({
    default: 2_000,
    help: 'How long one try may take.',
    check: durationRule('100ms', 100, '30s', 30_000),
  }),
  tries: option.integer({
    default: 3,
    least: 1,
    most: 3,
    help: 'Tries of one call, the first included.',
  }),
  breakerFailures: option.integer({
    default: 6,
    least: 1,
    most: 1_000,
    help: 'Failed tries in a row after which the service is left alone.',
  }),
  breakerPause: option.duration({
    default: 5_000,
    help: 'How long it is left alone, until one call is let through as a probe.',
    check: durationRule('100ms', 100, '10m', 600_000),
  }),
  callsAtOnce: option.integer({
    default: 32,
    least: 1,
    most: 1_000,
    help: 'Calls at the same time; as many again wait for their turn. A PKCS #11 token does one at a time, and the others wait.',
  }),
  healthMemory: option.duration({
    default: 10_000,
    help: 'How long the outcome of a health check stands.',
    check: durationRule('0ms', 0, '10m', 600_000),
  }),
} as const;

/** The values; times are in milliseconds. */
export type ResilienceOptions = ConfigOf<typeof RESILIENCE_SETTINGS>;
