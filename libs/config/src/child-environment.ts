import type { Environment } from './sources.js';

export interface ChildEnvironment {
  /** Variables that the parent decides; they win. */
  readonly set: Readonly<Record<string, string>>;
  /** Names, or beginnings of names that end in `_`, that the child must not inherit. */
  readonly without: readonly string[];
  /** The process's by default. */
  readonly from?: Environment;
}

/** The environment for a child process: the parent's, less what is another program's business, with what the parent decides. */
export function childEnvironment(request: ChildEnvironment): Record<string, string> {
  const { set, without, from = process.env } = request;
  const inherits = (name: string): boolean =>
    !without.some((drop) => (drop.endsWith('_') ? name.startsWith(drop) : name === drop));
  const inherited = Object.entries(from).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && inherits(entry[0]),
  );
  return { ...Object.fromEntries(inherited), ...set };
}

/** Whether one of these variables is set; for a parent that leaves to its child what the person has decided. */
export function isAnySet(names: readonly string[], from: Environment = process.env): boolean {
  return names.some((name) => from[name] !== undefined);
}
