import { type ConfigOf, option } from '@app/config';

const MOST = 1_000_000;

function many(help: string, defaults: number) {
  return option.integer({ default: defaults, least: 0, most: MOST, help });
}

function atOnce(what: string, defaults: number) {
  return option.integer({ default: defaults, least: 1, most: MOST, help: `${what}: at once.` });
}

function eachSecond(what: string, rate: number, burst: number) {
  return {
    perSecond: many(`${what}: in a second; 0 is no limit.`, rate),
    burst: atOnce(what, burst),
  };
}

function eachMinute(what: string, rate: number, burst: number) {
  return {
    perMinute: many(`${what}: in a minute; 0 is no limit.`, rate),
    burst: atOnce(what, burst),
  };
}

function eachHour(what: string, rate: number, burst: number) {
  return { perHour: many(`${what}: in an hour; 0 is no limit.`, rate), burst: atOnce(what, burst) };
}

/** How much is taken from one address, person, machine and tenant. */
export const LIMIT_OPTIONS = {
  address: eachSecond('Requests of one address', 200, 2_000),
  login: eachMinute('Logins, and what comes before them, of one address', 60, 60),
  register: eachHour('Registrations of one address', 10, 10),
  failures: eachSecond('Wrong credentials of one address', 50, 500),
  failuresOfOne: eachMinute('The same wrong credential at one address', 30, 30),
  caller: eachSecond('Requests of one person or machine', 100, 1_000),
  tenant: eachSecond('Requests of one tenant', 1_000, 5_000),
};

export type LimitSettings = ConfigOf<typeof LIMIT_OPTIONS>;
