import type { ConfigProblem } from './config-error.js';
import { type NamedOption, shownName } from './names.js';
import { findValue, type Found, type Sources } from './sources.js';

/** One option as it was loaded; `value` is `undefined` where it is absent. */
export interface Setting {
  readonly named: NamedOption;
  readonly value: unknown;
  /** The variable, flag or key that set it; `default` or `absent`. */
  readonly origin: string;
}

interface Settled {
  readonly settings: readonly Setting[];
  readonly problems: readonly ConfigProblem[];
}

function settle(named: NamedOption, found: Found): Setting | readonly ConfigProblem[] {
  const { spec } = named.option;
  if (found === undefined) {
    const value = named.option.defaultValue;
    if (value !== undefined) return { named, value, origin: 'default' };
    if (spec.optional) return { named, value: undefined, origin: 'absent' };
    return [{ code: 'missing', name: shownName(named), rule: 'is required' }];
  }
  if ('problems' in found) return found.problems;
  const rule = named.option.brokenRule(found.value);
  if (rule !== undefined) return [{ code: 'invalid', name: found.origin, rule }];
  return { named, value: found.value, origin: found.origin };
}

/** Every option by its source, or everything that is wrong. */
export function settleAll(options: readonly NamedOption[], sources: Sources): Settled {
  const settings: Setting[] = [];
  const problems: ConfigProblem[] = [];
  for (const named of options) {
    const result = settle(named, findValue(named, sources));
    if ('named' in result) settings.push(result);
    else problems.push(...result);
  }
  return { settings, problems };
}

type Draft = Record<string, unknown>;

/** The values in the shape of the options, deeply frozen. */
export function build(settings: readonly Setting[]): Readonly<Draft> {
  const root: Draft = {};
  const groups: Draft[] = [root];
  for (const { named, value } of settings) {
    let group = root;
    for (const name of named.path.slice(0, -1)) {
      const inner = (group[name] ?? {}) as Draft;
      group[name] = inner;
      groups.push(inner);
      group = inner;
    }
    group[named.path.at(-1) ?? ''] = value;
  }
  groups.forEach((group) => Object.freeze(group));
  return root;
}
