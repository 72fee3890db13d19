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

function defaultOf({ option: { spec, kind } }: NamedOption): string {
  if (spec.default !== undefined) {
    return code(kind.toText?.(spec.default) ?? JSON.stringify(spec.default));
  }
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

function meaningOf({ option }: NamedOption): string {
  const file = option.isSecret ? ' It stands in a file of its own: `{ "file": "path" }`.' : '';
  return `${option.spec.help}${file} It ${option.kind.rule}.`;
}

function entryRowOf(named: NamedOption): string {
  const cells = [code(named.path.join('.')), defaultOf(named), meaningOf(named)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** The settings of each kind of entry, where an option is a list of entries. */
function entriesOf({ path, option }: NamedOption): string[] {
  return Object.entries(option.variants).flatMap(([kind, tree]) => [
    `## An entry of ${code(path.join('.'))} of the kind ${code(kind)}`,
    '',
    '| Setting | Default | Meaning |',
    '| --- | --- | --- |',
    `| ${code('kind')} | **required** | ${code(kind)} |`,
    `| ${code('name')} | **required** | Unique in the list. |`,
    ...nameOptions(tree, undefined).map(entryRowOf),
    '',
  ]);
}

/** All options of a program as a document in Markdown: every name of each, its default, what it means and what it takes. */
export function configReference({ title, prefix, options }: ReferenceRequest): string {
  const named = nameOptions(options, prefix);
  return [
    `# Settings of the ${title}`,
    '',
    `Flags come before variables, variables before the file that \`--config FILE\` or \`${prefix}_CONFIG\` names, and the file before`,
    'defaults. In the file, which is JSON, the dots of a setting are levels. A secret never comes from a flag; in the file it is',
    '`{ "file": "path" }`.',
    '',
    '| Setting | Variable | Flag | Default | Meaning |',
    '| --- | --- | --- | --- | --- |',
    ...named.map(rowOf),
    '',
    ...named.flatMap(entriesOf),
  ].join('\n');
}
