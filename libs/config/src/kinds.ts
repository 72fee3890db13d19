import { resolve } from 'node:path';
import { SecretBytes, SecretString } from '@app/secret';
import type { ConfigProblem } from './config-error.js';

/** What is wrong inside a value of several parts. Each problem's name is the way from the value to the part, such as `[1].region`. */
export class BrokenParts {
  constructor(readonly problems: readonly ConfigProblem[]) {}
}

/** How the values of one kind of option are read. Each reader answers `undefined` for what breaks the rule, or says more. */
export interface Kind<V> {
  /** What is printed when the rule is broken. */
  readonly rule: string;
  /** From a flag or a variable. */
  fromText(text: string): V | BrokenParts | undefined;
  /** From the configuration file. `folder` is the one that the file lies in, for paths. Absent for secrets. */
  fromJson?(value: unknown, folder: string): V | BrokenParts | undefined;
  /** From a secret's own file. The bytes are borrowed; the caller overwrites them. Only for secrets. */
  fromBytes?(bytes: Buffer): V | undefined;
  /** Completes a default, which the declaration gives as it is to be shown. */
  fromDefault?(value: V): V;
  /** A value as it would be written; JSON where absent. */
  toText?(value: V): string;
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export const TEXT: Kind<string> = {
  rule: 'must be a text that is not empty',
  fromText: nonEmpty,
  fromJson: (value) => (isText(value) ? nonEmpty(value) : undefined),
};

export const PATH: Kind<string> = {
  rule: 'must be the path of a file or folder',
  fromDefault: (path) => resolve(path),
  fromText: (text) => (text === '' ? undefined : resolve(text)),
  fromJson: (value, folder) => (isText(value) && value !== '' ? resolve(folder, value) : undefined),
};

export function integerKind(least: number, most: number): Kind<number> {
  const inRange = (value: number): number | undefined =>
    Number.isSafeInteger(value) && value >= least && value <= most ? value : undefined;
  return {
    rule: `must be a whole number from ${least.toString()} to ${most.toString()}`,
    fromText: (text) => (/^-?\d{1,16}$/.test(text) ? inRange(Number(text)) : undefined),
    fromJson: (value) => (typeof value === 'number' ? inRange(value) : undefined),
  };
}

export const BOOLEAN: Kind<boolean> = {
  rule: 'must be true or false',
  fromText: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  fromJson: (value) => (typeof value === 'boolean' ? value : undefined),
};

export function choiceKind<C extends string>(choices: readonly C[]): Kind<C> {
  const chosen = (value: unknown): C | undefined => choices.find((choice) => choice === value);
  return { rule: `must be one of ${choices.join(', ')}`, fromText: chosen, fromJson: chosen };
}

export const LIST: Kind<readonly string[]> = {
  rule: 'must be a list without empty entries: separated by commas, or an array of texts in the file',
  fromText: (text) => {
    const entries = text.split(',').map((entry) => entry.trim());
    return entries.includes('') ? undefined : Object.freeze(entries);
  },
  fromJson: (value) =>
    Array.isArray(value) && value.every(isText) && !value.includes('')
      ? Object.freeze([...value])
      : undefined,
};

function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : MILLISECONDS[unit];
  return factor === undefined ? undefined : Number(digits) * factor;
}

function writeDuration(milliseconds: number): string {
  const units = Object.entries(MILLISECONDS).filter(([, factor]) => milliseconds % factor === 0);
  const [unit, factor] = units.at(-1) ?? ['ms', 1];
  return `${(milliseconds / factor).toString()}${unit}`;
}

/** A length of time, in milliseconds. */
export const DURATION: Kind<number> = {
  toText: writeDuration,
  rule: 'must be a length of time such as 500ms, 30s, 5m, 12h or 30d',
  fromText: parseDuration,
  fromJson: (value) => (isText(value) ? parseDuration(value) : undefined),
};

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

export const SECRET: Kind<SecretString> = {
  rule: 'must be a text that is not empty',
  fromText: (text) => (text === '' ? undefined : new SecretString(text)),
  fromBytes: (bytes) => {
    const text = withoutLineEnd(bytes.toString('utf8'));
    return text === '' ? undefined : new SecretString(text);
  },
};

function decodeSecret(text: string, length: number): SecretBytes | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Node's decoder skips what it does not know; only what encodes back to the same text was base64.
  if (bytes.length === length && bytes.toString('base64') === text) return new SecretBytes(bytes);
  bytes.fill(0);
  return undefined;
}

export function secretBytesKind(length: number): Kind<SecretBytes> {
  return {
    rule: `must be ${length.toString()} bytes in padded base64, or raw where they come from a file`,
    fromText: (text) => decodeSecret(text, length),
    fromBytes: (bytes) =>
      bytes.length === length
        ? SecretBytes.copyOf(bytes)
        : decodeSecret(withoutLineEnd(bytes.toString('latin1')), length),
  };
}
