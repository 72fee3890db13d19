import { parseFlags } from './command-line.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { readConfigFile } from './config-file.js';
import { type NamedOption, nameOptions } from './names.js';
import type { ConfigOf, OptionTree } from './option.js';
import { build, settleAll, type Setting } from './settle.js';
import { deleteSecrets, type Environment, type Sources } from './sources.js';

export interface LoadRequest<T extends OptionTree> {
  /** `ES` makes `database.url` the variable `ES_DATABASE_URL`. Absent: only options that name a variable read the environment. */
  readonly prefix?: string;
  readonly options: T;
  /** Flags and operands; the process's arguments by default. See `readCommand` for programs with commands. */
  readonly argv?: readonly string[];
  /** The process's variables by default. Secrets are deleted from it. */
  readonly env?: Environment;
  /** How many operands (words that belong to no flag) the program takes; none by default. */
  readonly operands?: number;
  /** Rules that look at several options; they run when each option by itself is right. */
  readonly rules?: (values: ConfigOf<T>) => readonly ConfigProblem[];
}

export interface LoadedConfig<T extends OptionTree> {
  /** The values, in the shape of the options. Deeply frozen. Secrets in it belong to the caller. */
  readonly values: ConfigOf<T>;
  readonly operands: readonly string[];
  readonly settings: readonly Setting[];
}

function unknownVariables(
  prefix: string | undefined,
  options: readonly NamedOption[],
  environment: Environment,
): ConfigProblem[] {
  if (prefix === undefined) return [];
  const known = new Set([`${prefix}_CONFIG`]);
  for (const { option, variables } of options) {
    for (const name of variables) known.add(name).add(option.isSecret ? `${name}_FILE` : name);
  }
  return Object.keys(environment)
    .filter((name) => name.startsWith(`${prefix}_`) && !known.has(name))
    .map((name) => ({ code: 'unknown', name, rule: 'there is no such variable' }));
}

function surplusOperands(operands: readonly string[], allowed: number): ConfigProblem[] {
  if (operands.length <= allowed) return [];
  const rule = `there may be ${allowed === 0 ? 'none' : `at most ${allowed.toString()}`}`;
  return [{ code: 'unknown', name: 'arguments without a flag', rule }];
}

function gather(
  argv: readonly string[],
  environment: Environment,
  options: readonly NamedOption[],
  prefix: string | undefined,
): Sources {
  const flags = parseFlags(argv, options);
  const fromVariable = prefix === undefined ? undefined : environment[`${prefix}_CONFIG`];
  const file = readConfigFile(flags.values.get('config') ?? fromVariable, options);
  return { flags, environment, file };
}

/**
 * Loads a configuration: flags before environment before the file of `--config` before defaults. Secrets come from their
 * variable, from the file that `NAME_FILE` names or from `{ "file": … }` in the configuration file, never from a flag.
 *
 * @throws ConfigError with every problem at once; it names settings and rules, never values.
 */
export function loadConfig<const T extends OptionTree>(request: LoadRequest<T>): LoadedConfig<T> {
  const { prefix, argv = process.argv.slice(2), env = process.env } = request;
  const options = nameOptions(request.options, prefix);
  const sources = gather(argv, env, options, prefix);
  const { settings, problems: settingProblems } = settleAll(options, sources);
  const problems = [
    ...sources.flags.problems,
    ...surplusOperands(sources.flags.operands, request.operands ?? 0),
    ...sources.file.problems,
    ...unknownVariables(prefix, options, env),
    ...settingProblems,
  ];
  deleteSecrets(options, env);
  if (problems.length > 0) throw new ConfigError(problems);
  const values = build(settings) as ConfigOf<T>;
  const broken = request.rules?.(values) ?? [];
  if (broken.length > 0) throw new ConfigError(broken);
  return { values, operands: sources.flags.operands, settings };
}
