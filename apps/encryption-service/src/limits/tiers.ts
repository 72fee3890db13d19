import type { ConfigProblem } from '@app/config';
import { isUuid } from '@app/encoding';
import { type DayRule, dayRule, type RateRule, rateRule } from '@app/limits';
import type { LimitSettings, TierSettings } from './limit-options.js';

/** What the tenants of a tier may use; `undefined` where there is no limit. */
export interface Tier {
  readonly requests: RateRule | undefined;
  readonly clientRequests: RateRule | undefined;
  readonly decryptItems: RateRule | undefined;
  readonly decryptDay: DayRule | undefined;
}

function tierOf(settings: TierSettings): Tier {
  return {
    requests: rateRule(settings.requestsPerSecond, settings.requestBurst),
    clientRequests: rateRule(settings.clientRequestsPerSecond, settings.clientRequestBurst),
    decryptItems: rateRule(settings.decryptItemsPerSecond, settings.decryptBurst),
    decryptDay: dayRule(settings.decryptItemsPerDay),
  };
}

/** Which tenant is in which tier. */
export class Tiers {
  /** For whoever is in no other, and for operators. */
  readonly default: Tier;
  readonly #byTenant = new Map<string, Tier>();

  constructor({ default: ofAll, tiers, tenants }: LimitSettings) {
    this.default = tierOf(ofAll);
    const byName = new Map(tiers.map((settings) => [settings.name, tierOf(settings)]));
    for (const { name, tier } of tenants)
      this.#byTenant.set(name.toLowerCase(), byName.get(tier) ?? this.default);
  }

  of(tenantId: string): Tier {
    return this.#byTenant.get(tenantId) ?? this.default;
  }
}

/** What is wrong with the settings of limits taken together. */
export function limitProblems({ tiers, tenants }: LimitSettings): readonly ConfigProblem[] {
  const names = new Set(tiers.map(({ name }) => name));
  return tenants.flatMap(({ name, tier }, index) => {
    const where = `limits.tenants[${index.toString()}]`;
    const problems: ConfigProblem[] = [];
    if (!isUuid(name))
      problems.push({ code: 'invalid', name: `${where}.name`, rule: 'must be the id of a tenant' });
    if (!names.has(tier))
      problems.push({
        code: 'invalid',
        name: `${where}.tier`,
        rule: 'must be one of limits.tiers',
      });
    return problems;
  });
}
