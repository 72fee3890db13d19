/** What the service is told of its limits: off for the figures that are published, since what is measured is how fast it is. */
export const LIMITS_OFF: Readonly<Record<string, string>> = {
  ES_LIMITS_ADDRESS_PER_SECOND: '0',
  ES_LIMITS_FAILURES_PER_SECOND: '0',
  ES_LIMITS_FAILURES_OF_ONE_PER_MINUTE: '0',
  ES_LIMITS_DEFAULT_REQUESTS_PER_SECOND: '0',
  ES_LIMITS_DEFAULT_CLIENT_REQUESTS_PER_SECOND: '0',
  ES_LIMITS_DEFAULT_DECRYPT_ITEMS_PER_SECOND: '0',
  ES_LIMITS_DEFAULT_DECRYPT_ITEMS_PER_DAY: '0',
};

const NEVER_MET = '1000000000';

/** On, and so wide that no request meets one: what it costs to count. */
export const LIMITS_WIDE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(LIMITS_OFF).map((name) => [name, NEVER_MET])),
  ES_LIMITS_ADDRESS_BURST: '20000',
};

/** The line of the report. */
export function describeLimits(areOn: boolean): string {
  return areOn
    ? 'Limits and decrypt budget: on, too wide to be met.'
    : 'Limits and decrypt budget: off; in operation they are on.';
}
