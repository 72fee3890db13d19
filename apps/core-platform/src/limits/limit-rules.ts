import { type RateRule, rateRule } from '@app/limits';
import type { LimitSettings } from './limit-options.js';

/** Under this the rules are injected: they are a type, which has no class to stand for it. */
export const LIMIT_RULES = Symbol('limit-rules');

/** The rules that the settings say; `undefined` where there is no limit. */
export type LimitRules = Readonly<Record<keyof LimitSettings, RateRule | undefined>>;

export function limitRules(settings: LimitSettings): LimitRules {
  const { address, login, register, failures, failuresOfOne, caller, tenant } = settings;
  return {
    address: rateRule(address.perSecond, address.burst),
    login: rateRule(login.perMinute / 60, login.burst),
    register: rateRule(register.perHour / 3_600, register.burst),
    failures: rateRule(failures.perSecond, failures.burst),
    failuresOfOne: rateRule(failuresOfOne.perMinute / 60, failuresOfOne.burst),
    caller: rateRule(caller.perSecond, caller.burst),
    tenant: rateRule(tenant.perSecond, tenant.burst),
  };
}
