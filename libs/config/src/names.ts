import { Option, type OptionTree } from './option.js';

/** An option with every name that it can be set by. */
export interface NamedOption {
  readonly option: Option<unknown>;
  /** `database.appUrl`: the place in the loaded configuration and in the file. */
  readonly path: readonly string[];
  /** `--database-app-url`, without the dashes; absent for secrets. */
  readonly flag: string | undefined;
  /** `ES_DATABASE_APP_URL` and its alias; empty where the environment does not set it. */
  readonly variables: readonly string[];
}

function words(path: readonly string[]): string[] {
  return path.flatMap((part) => part.split(/(?<=[a-z0-9])(?=[A-Z])/)).map((w) => w.toLowerCase());
}

function variablesOf(
  option: Option<unknown>,
  path: readonly string[],
  prefix: string | undefined,
): string[] {
  if (option.spec.flagOnly) return [];
  const mechanical =
    prefix === undefined ? undefined : [prefix, ...words(path)].join('_').toUpperCase();
  return [option.spec.env ?? mechanical, option.spec.alias].filter((name) => name !== undefined);
}

/** Every option of a tree with its names, in the order of declaration. */
export function nameOptions(
  tree: OptionTree,
  prefix: string | undefined,
  path: readonly string[] = [],
): NamedOption[] {
  return Object.entries(tree).flatMap(([name, node]) => {
    const here = [...path, name];
    if (!(node instanceof Option)) return nameOptions(node, prefix, here);
    const flag = node.isSecret ? undefined : words(here).join('-');
    return [{ option: node, path: here, flag, variables: variablesOf(node, here, prefix) }];
  });
}

/** The name to show when the option is absent or wrong and no source can be named. */
export function shownName(named: NamedOption): string {
  const variable = named.variables[0];
  if (variable === undefined) {
    return named.flag === undefined ? named.path.join('.') : `--${named.flag}`;
  }
  return named.option.isSecret ? `${variable} or ${variable}_FILE` : variable;
}
