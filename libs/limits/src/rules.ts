/** A token bucket: it holds `burst` tokens at most, and `perSecond` more come each second. Both are above 0; `burst` is whole. */
export interface RateRule {
  readonly kind: 'rate';
  readonly perSecond: number;
  readonly burst: number;
}

/** A budget of whole tokens that is full again at each midnight, UTC. */
export interface DayRule {
  readonly kind: 'day';
  readonly perDay: number;
}

export type LimitRule = RateRule | DayRule;

/** The rule of a configured rate; `undefined`, which limits nothing, where either number is 0. */
export function rateRule(perSecond: number, burst: number): RateRule | undefined {
  return perSecond === 0 || burst === 0 ? undefined : { kind: 'rate', perSecond, burst };
}

/** The rule of a configured budget; `undefined`, which limits nothing, where it is 0. */
export function dayRule(perDay: number): DayRule | undefined {
  return perDay === 0 ? undefined : { kind: 'day', perDay };
}

/** What the rule gives at once at most: a demand for more is never met. */
export function capacityOf(rule: LimitRule): number {
  return rule.kind === 'rate' ? rule.burst : rule.perDay;
}

/** Blocks in what a rule gives at once. More of them: closer to the rule, and more round trips. */
const BLOCKS_OF_BURST = 20;
const BLOCKS_OF_DAY = 5_000;

/** Tokens that a replica leases at once: a twentieth of a burst, a five-thousandth of a day, at least one. */
export function blockOf(rule: LimitRule): number {
  const blocks = rule.kind === 'rate' ? BLOCKS_OF_BURST : BLOCKS_OF_DAY;
  return Math.max(1, Math.floor(capacityOf(rule) / blocks));
}

export function isSameRule(a: LimitRule, b: LimitRule): boolean {
  if (a.kind === 'day') return b.kind === 'day' && a.perDay === b.perDay;
  return b.kind === 'rate' && a.perSecond === b.perSecond && a.burst === b.burst;
}
