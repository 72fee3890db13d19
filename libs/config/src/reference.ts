import { type NamedOption, nameOptions } from './names.js';
import type { OptionTree } from './option.js';

/** What a reference is of. */
export interface ReferenceRequest {
  /** The program, as people call it. */
  readonly title: string;
  /** As for `loadConfig`. */
  readonly prefix: string;
  readonly options: OptionTree;
}

function code(text: string): string {
  return `\`${text}\``;
}

function variablesOf({ option, variables }: NamedOption): string {
  const names = option.isSecret ? variables.flatMap((name) => [name, `${name}_FILE`]) : variables;
  return names.map(code).join(', ');
}

function defaultOf({ option: { spec } }: NamedOption): string {
  if (spec.default !== undefined) return code(JSON.stringify(spec.default));
  return spec.optional ? 'none' : '**required**';
}

function rowOf(named: NamedOption): string {
  const { path, flag, option } = named;
  const cells = [
    code(path.join('.')),
    variablesOf(named),
    flag === undefined ? 'none' : code(`--${flag}`),
    defaultOf(named),
    `${option.spec.help} It ${option.kind.rule}.`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** All options of a program as a document in Markdown: every name of each, its default, what it means and what it takes. */
export function configReference({ title, prefix, options }: ReferenceRequest): string {
  return [
    `# Settings of the ${title}`,
    '',
    `Flags come before variables, variables before the file that \`--config FILE\` or \`${prefix}_CONFIG\` names, and the file before`,
    'defaults. In the file, which is JSON, the dots of a setting are levels. A secret never comes from a flag; in the file it is',
    '`{ "file": "path" }`.',
    '',
    '| Setting | Variable | Flag | Default | Meaning |',
    '| --- | --- | --- | --- | --- |',
    ...nameOptions(options, prefix).map(rowOf),
    '',
  ].join('\n');
}
