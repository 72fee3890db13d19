/** Why a setting was refused. */
export type ConfigProblemCode =
  | 'missing'
  | 'invalid'
  | 'unknown'
  | 'ambiguous'
  | 'unreadable'
  | 'loose_rights'
  | 'forbidden_source';

/** One thing that is wrong with the configuration: where, and what the rule is. Never a value. */
export interface ConfigProblem {
  readonly code: ConfigProblemCode;
  /** The name under which the setting was, or could be, given: a variable, a flag or a key of the file. */
  readonly name: string;
  readonly rule: string;
}

/** Everything that is wrong with the configuration, all at once. The message names settings and rules, so it may be printed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map((problem) => `  ${problem.name}: ${problem.rule}`);
    super(['The configuration is not usable:', ...lines].join('\n'));
    this.problems = problems;
  }
}
