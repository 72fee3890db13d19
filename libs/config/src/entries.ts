import { collect, isGroup } from './config-file.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { BrokenParts, type Kind } from './kinds.js';
import { nameOptions } from './names.js';
import type { ConfigOf, OptionTree } from './option.js';
import { build, settleAll } from './settle.js';

type Variants = Readonly<Record<string, OptionTree>>;

/** One entry of a list that `option.entries` declares: its kind, its name, and the options of its kind. */
export type EntryOf<V extends Variants> = {
  [K in keyof V & string]: { readonly kind: K; readonly name: string } & ConfigOf<V[K]>;
}[keyof V & string];

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;
const NAME_RULE =
  'must be 1 to 64 of A-Z, a-z, 0-9, ".", "_", "-", beginning and ending with a letter or digit';
const NO_FLAGS = { values: new Map<string, string>(), operands: [], problems: [] };

type Parsed = { readonly entry: object; readonly name: string } | readonly ConfigProblem[];

function problem(name: string, rule: string): ConfigProblem {
  return { code: 'invalid', name, rule };
}

function readEntry(variants: Variants, content: unknown, where: string, folder: string): Parsed {
  if (!isGroup(content)) return [problem(where, 'must be an object')];
  const { kind, name, ...rest } = content;
  const tree =
    typeof kind === 'string' && Object.hasOwn(variants, kind) ? variants[kind] : undefined;
  if (tree === undefined)
    return [problem(`${where}.kind`, `must be one of ${Object.keys(variants).join(', ')}`)];
  const options = nameOptions(tree, undefined);
  const values = new Map<string, unknown>();
  const unknown = collect(rest, new Set(options.map(({ path }) => path.join('.'))), '', values);
  const file = { values, folder, problems: [] };
  const withoutFlags = options.map((named) => ({ ...named, flag: undefined, variables: [] }));
  const settled = settleAll(withoutFlags, { flags: NO_FLAGS, environment: {}, file });
  const isNamed = typeof name === 'string' && NAME.test(name);
  const problems = [
    ...(isNamed ? [] : [problem('name', NAME_RULE)]),
    ...unknown.map((key) => ({
      ...problem(key, 'there is no such key'),
      code: 'unknown' as const,
    })),
    ...settled.problems,
  ];
  if (!isNamed || problems.length > 0) {
    return problems.map((inner) => ({ ...inner, name: `${where}.${inner.name}` }));
  }
  return { name, entry: Object.freeze({ ...build(settled.settings), kind, name }) };
}

function namedTwice(entries: readonly Parsed[]): ConfigProblem[] {
  const seen = new Set<string>();
  return entries.flatMap((parsed, index) => {
    if (!('name' in parsed)) return [];
    const isSecond = seen.has(parsed.name);
    seen.add(parsed.name);
    return isSecond ? [problem(`[${index.toString()}].name`, 'must be of one entry only')] : [];
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text; the rule says enough.
    return undefined;
  }
}

/** A list of entries. Secrets in it are only ever named by their file, wherever the list itself stands. */
export function entriesKind<V extends Variants>(variants: V): Kind<readonly EntryOf<V>[]> {
  const read = (
    value: unknown,
    folder: string,
  ): readonly EntryOf<V>[] | BrokenParts | undefined => {
    if (!Array.isArray(value)) return undefined;
    const parsed = value.map((content: unknown, index) =>
      readEntry(variants, content, `[${index.toString()}]`, folder),
    );
    const problems = [
      ...parsed.flatMap((result) => ('entry' in result ? [] : result)),
      ...namedTwice(parsed),
    ];
    if (problems.length > 0) return new BrokenParts(problems);
    const entries = parsed.flatMap((result) => ('entry' in result ? [result.entry] : []));
    // Each was read by the options of its kind, which are what EntryOf says.
    return Object.freeze(entries as EntryOf<V>[]);
  };
  return {
    rule: `must be a JSON array of objects, each with kind, name and the settings of its kind`,
    fromText: (text) => read(parseJson(text), '.'),
    fromJson: read,
  };
}

/**
 * Reads a list of entries by itself, as the configuration file would have it; for programs that keep such a list elsewhere, and tests.
 *
 * @param folder - the one that relative paths are meant from.
 * @throws ConfigError with every problem at once; it names settings and rules, never values.
 */
export function readEntries<V extends Variants>(
  variants: V,
  value: unknown,
  folder: string,
): readonly EntryOf<V>[] {
  const kind = entriesKind(variants);
  const entries = kind.fromJson?.(value, folder);
  if (entries === undefined) throw new ConfigError([problem('list', kind.rule)]);
  if (entries instanceof BrokenParts) throw new ConfigError(entries.problems);
  return entries;
}
