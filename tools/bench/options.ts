import { option } from '@app/config';

const MAX_CONNECTIONS = 1024;
const NUMBER = /^[1-9]\d{0,3}$/;

/** The numbers of connections of a list, in its order, or `undefined` where one of them is none. */
export function parseConnections(list: readonly string[]): number[] | undefined {
  const numbers = list.map((text) => (NUMBER.test(text) ? Number(text) : 0));
  const isRight = numbers.every((number) => number >= 1 && number <= MAX_CONNECTIONS);
  return isRight && numbers.length > 0 ? numbers : undefined;
}

/** What `npm run bench` can be told. */
export const BENCH_OPTIONS = {
  seconds: option.integer({
    default: 2,
    least: 1,
    most: 600,
    help: 'Seconds of each of the measurements: four for every number of connections, as many of the twin, and sixteen of batches.',
  }),
  connections: option.list({
    default: ['1', '4', '8', '16', '64'],
    help: 'Numbers of connections to measure with.',
    check: (list) =>
      parseConnections(list) === undefined
        ? `must be numbers from 1 to ${MAX_CONNECTIONS.toString()}`
        : undefined,
  }),
  limits: option.boolean({
    default: false,
    help: 'Counts limits and decrypt budget, which are off otherwise: to see what that costs.',
  }),
  out: option.path({
    optional: true,
    help: 'The file for the figures as JSON; a new one in the temporary folder by default.',
  }),
};
