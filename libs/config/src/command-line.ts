import type { ConfigProblem } from './config-error.js';
import { LIST } from './kinds.js';
import type { NamedOption } from './names.js';

/** A command line, cut where the flags begin. */
export interface Command {
  /** The words before the first flag: `operator`, `create`. */
  readonly words: readonly string[];
  /** From the first flag on; for `loadConfig`. */
  readonly rest: readonly string[];
  /** Whether `--help` or `-h` is anywhere in it. */
  readonly helpWanted: boolean;
}

/** Reads which command is wanted. `argv` is without the program's own name; the process's by default. */
export function readCommand(argv: readonly string[] = process.argv.slice(2)): Command {
  const first = argv.findIndex((argument) => argument.startsWith('-'));
  const cut = first === -1 ? argv.length : first;
  return {
    words: argv.slice(0, cut),
    rest: argv.slice(cut),
    helpWanted: argv.includes('--help') || argv.includes('-h'),
  };
}

export interface ParsedFlags {
  /** Flag, without dashes, to its text. */
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  readonly problems: readonly ConfigProblem[];
}

interface Flag {
  readonly name: string;
  readonly value: string | undefined;
}

function splitFlag(argument: string): Flag {
  const equals = argument.indexOf('=');
  if (equals === -1) return { name: argument.slice(2), value: undefined };
  return { name: argument.slice(2, equals), value: argument.slice(equals + 1) };
}

class FlagParser {
  readonly values = new Map<string, string>();
  readonly operands: string[] = [];
  readonly problems: ConfigProblem[] = [];
  readonly #switches = new Set<string>();
  readonly #lists = new Set<string>();
  readonly #flags = new Set<string>(['config']);
  readonly #rest: string[];

  constructor(argv: readonly string[], options: readonly NamedOption[]) {
    this.#rest = [...argv];
    for (const { flag, option } of options) {
      if (flag === undefined) continue;
      this.#flags.add(flag);
      if (option.isSwitch) this.#switches.add(flag);
      if (option.kind === LIST) this.#lists.add(flag);
    }
  }

  parse(): ParsedFlags {
    for (let next = this.#rest.shift(); next !== undefined; next = this.#rest.shift()) {
      if (next === '--') this.operands.push(...this.#rest.splice(0));
      else if (next.startsWith('--')) this.#take(splitFlag(next));
      else if (next.startsWith('-') && next !== '-') this.#refuse(next, 'unknown');
      else this.operands.push(next);
    }
    return this;
  }

  #take({ name, value }: Flag): void {
    const positive = name.startsWith('no-') ? name.slice(3) : undefined;
    if (positive !== undefined && value === undefined && this.#switches.has(positive)) {
      this.#set(positive, 'false');
    } else if (!this.#flags.has(name)) {
      this.#refuse(`--${name}`, 'unknown');
    } else if (value === undefined && this.#switches.has(name)) {
      this.#set(name, 'true');
    } else {
      this.#set(name, value ?? this.#rest.shift());
    }
  }

  #set(name: string, value: string | undefined): void {
    const before = this.values.get(name);
    if (value === undefined) this.#refuse(`--${name}`, 'missing');
    else if (before !== undefined && this.#lists.has(name))
      this.values.set(name, `${before},${value}`);
    else if (before !== undefined) this.#refuse(`--${name}`, 'ambiguous');
    else this.values.set(name, value);
  }

  #refuse(name: string, code: 'unknown' | 'missing' | 'ambiguous'): void {
    const rule = {
      unknown: 'there is no such flag',
      missing: 'needs a value',
      ambiguous: 'is given twice',
    };
    this.problems.push({ code, name, rule: rule[code] });
  }
}

/** Reads flags (`--name value`, `--name=value`; a switch also as `--name` and `--no-name`; a list more than once) and operands. */
export function parseFlags(argv: readonly string[], options: readonly NamedOption[]): ParsedFlags {
  return new FlagParser(argv, options).parse();
}
