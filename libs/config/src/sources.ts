import { resolve } from 'node:path';
import type { ConfigProblem } from './config-error.js';
import type { ParsedFlags } from './command-line.js';
import type { ParsedFile } from './config-file.js';
import { BrokenParts } from './kinds.js';
import type { NamedOption } from './names.js';
import { readSecretFile } from './secret-file.js';

/** Variables of a process; secrets are deleted from it once read. */
export type Environment = Record<string, string | undefined>;

export interface Sources {
  readonly flags: ParsedFlags;
  readonly environment: Environment;
  readonly file: ParsedFile;
}

/** A value and where it came from, or what is wrong; `undefined` where no source sets the option. */
export type Found =
  | { readonly origin: string; readonly value: unknown }
  | { readonly problems: readonly ConfigProblem[] }
  | undefined;

function broken(named: NamedOption, name: string): Found {
  return { problems: [{ code: 'invalid', name, rule: named.option.kind.rule }] };
}

/** What a reader answered, under the name that it was read from. */
function asFound(named: NamedOption, name: string, value: unknown): Found {
  if (value === undefined) return broken(named, name);
  if (!(value instanceof BrokenParts)) return { origin: name, value };
  return {
    problems: value.problems.map((problem) => ({ ...problem, name: `${name}${problem.name}` })),
  };
}

function ambiguous(names: readonly string[]): Found {
  const rule = `only one of ${names.join(' and ')} may set it`;
  return { problems: [{ code: 'ambiguous', name: names[0] ?? '', rule }] };
}

function readText(named: NamedOption, name: string, text: string): Found {
  return asFound(named, name, named.option.kind.fromText(text));
}

function fromFlags(named: NamedOption, { flags }: Sources): Found {
  const text = named.flag === undefined ? undefined : flags.values.get(named.flag);
  return text === undefined ? undefined : readText(named, `--${named.flag ?? ''}`, text);
}

function fromEnvironment(named: NamedOption, { environment }: Sources): Found {
  const given = named.variables.filter((name) => environment[name] !== undefined);
  if (given.length > 1) return ambiguous(given);
  const name = given[0];
  return name === undefined ? undefined : readText(named, name, environment[name] ?? '');
}

function fromFile(named: NamedOption, { file }: Sources): Found {
  const path = named.path.join('.');
  if (!file.values.has(path)) return undefined;
  return asFound(named, path, named.option.kind.fromJson?.(file.values.get(path), file.folder));
}

/** Where a secret's file is named: `NAME_FILE` in the environment, `{ "file": … }` in the configuration file. */
function secretFileOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const keys = Object.keys(value);
  const path = keys.length === 1 && 'file' in value ? value.file : undefined;
  return typeof path === 'string' && path !== '' ? path : undefined;
}

function readSecret(named: NamedOption, name: string, path: string): Found {
  const bytes = readSecretFile(path, name);
  if (!Buffer.isBuffer(bytes)) return { problems: [bytes] };
  const value = named.option.kind.fromBytes?.(bytes);
  bytes.fill(0);
  return asFound(named, name, value);
}

function secretFromConfigFile(named: NamedOption, { file }: Sources): Found {
  const key = named.path.join('.');
  const path = secretFileOf(file.values.get(key));
  if (path !== undefined) return readSecret(named, key, resolve(file.folder, path));
  const rule = 'a secret stands in a file of its own: { "file": "path" }';
  return { problems: [{ code: 'forbidden_source', name: key, rule }] };
}

function findSecret(named: NamedOption, sources: Sources): Found {
  const { environment, file } = sources;
  const direct = named.variables.filter((name) => environment[name] !== undefined);
  const byFile = named.variables.filter((name) => environment[`${name}_FILE`] !== undefined);
  const key = named.path.join('.');
  const names = [...direct, ...byFile.map((name) => `${name}_FILE`)];
  if (file.values.has(key)) names.push(`${key} of the configuration file`);
  if (names.length > 1) return ambiguous(names);
  const [variable] = direct;
  if (variable !== undefined) return readText(named, variable, environment[variable] ?? '');
  const [base] = byFile;
  if (base !== undefined) {
    return readSecret(named, `${base}_FILE`, environment[`${base}_FILE`] ?? '');
  }
  return file.values.has(key) ? secretFromConfigFile(named, sources) : undefined;
}

/** The value of an option by the order flags, environment, file; of a secret by its only source. */
export function findValue(named: NamedOption, sources: Sources): Found {
  if (named.option.isSecret) return findSecret(named, sources);
  return fromFlags(named, sources) ?? fromEnvironment(named, sources) ?? fromFile(named, sources);
}

/** Takes secrets out of the environment, so that no child and no crash report inherits them. */
export function deleteSecrets(options: readonly NamedOption[], environment: Environment): void {
  for (const { option, variables } of options) {
    if (!option.isSecret) continue;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- assigning undefined would leave the text "undefined"
    for (const name of variables) delete environment[name];
  }
}
