import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ConfigProblem } from './config-error.js';
import type { NamedOption } from './names.js';

export interface ParsedFile {
  /** Dotted path to what stands there. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly folder: string;
  readonly problems: readonly ConfigProblem[];
}

const NO_FILE: ParsedFile = { values: new Map(), folder: '.', problems: [] };

/** Whether JSON has an object here. */
export function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Walks the file by the groups of the options, so that an object stays whole where an option takes it. */
export function collect(
  group: Record<string, unknown>,
  known: ReadonlySet<string>,
  path: string,
  found: Map<string, unknown>,
): string[] {
  return Object.entries(group).flatMap(([key, value]) => {
    const here = path === '' ? key : `${path}.${key}`;
    if (known.has(here)) {
      found.set(here, value);
      return [];
    }
    const leadsOn = [...known].some((name) => name.startsWith(`${here}.`));
    return leadsOn && isGroup(value) ? collect(value, known, here, found) : [here];
  });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The parser's message quotes the text, which may hold what must not be printed; the rule says enough.
    return undefined;
  }
}

/** Reads the configuration file, a JSON object in the groups of the options. */
export function readConfigFile(
  file: string | undefined,
  options: readonly NamedOption[],
): ParsedFile {
  if (file === undefined) return NO_FILE;
  const folder = dirname(resolve(file));
  const content = readJson(file);
  if (!isGroup(content)) {
    const rule = 'must be a file that can be read and holds one JSON object';
    return { ...NO_FILE, folder, problems: [{ code: 'unreadable', name: '--config', rule }] };
  }
  const known = new Set(
    options.filter((named) => !named.option.spec.flagOnly).map((named) => named.path.join('.')),
  );
  const values = new Map<string, unknown>();
  const problems = collect(content, known, '', values).map((name): ConfigProblem => ({
    code: 'unknown',
    name,
    rule: 'there is no such key',
  }));
  return { values, folder, problems };
}
