import { decodeBase64, isUuid, isCanonicalBase64 } from '@app/encoding';
import { AppError, invalidField } from '@app/errors';
import { suiteNamed, type SuiteName } from '../suites.js';

// RFC 3339 in UTC, with up to the milliseconds that a Date holds.
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;

/** Which members an object has: all of `required`, any of `optional`, none besides. */
export interface MemberNames {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

/** How many a list has. */
export interface CountRange {
  readonly least: number;
  readonly most: number;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The members of an object that came from outside, each read as what it has to be. Whatever is wrong is an AppError `invalid_request`
 * that names the member by its path, and never its value.
 */
export class Members {
  readonly path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(path: string, value: unknown, { required, optional = [] }: MemberNames) {
    this.path = path;
    if (!isObject(value)) throw invalidField(path, 'must be an object');
    this.#values = value;
    for (const name of required) {
      if (!this.has(name)) throw this.refuse(name, 'is missing');
    }
    // Which one is not told: a name that nobody knows is the sender's data.
    const known = [...required, ...optional].filter((name) => this.has(name)).length;
    if (Object.keys(value).length !== known)
      throw invalidField(path, 'has a member that is not known here');
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  raw(name: string): unknown {
    return this.has(name) ? this.#values[name] : undefined;
  }

  refuse(name: string, rule: string): AppError {
    return invalidField(`${this.path}.${name}`, rule);
  }

  version(name: string): 1 {
    if (this.raw(name) !== 1) throw this.refuse(name, 'must be 1');
    return 1;
  }

  /** Text of 1 to `most` characters. */
  text(name: string, most: number): string {
    const value = this.raw(name);
    // A character has two units at most: what is longer than that need not be counted.
    const isCountable = typeof value === 'string' && value.length <= 2 * most;
    if (!isCountable || value === '' || [...value].length > most)
      throw this.refuse(name, `must be text of 1 to ${String(most)} characters`);
    return value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = allowed.find((candidate) => candidate === this.raw(name));
    if (value === undefined) throw this.refuse(name, `must be one of ${allowed.join(', ')}`);
    return value;
  }

  /** In lower case. */
  uuid(name: string): string {
    const value = this.raw(name);
    if (!isUuid(value)) throw this.refuse(name, 'must be a UUID of the form 8-4-4-4-12');
    return value.toLowerCase();
  }

  /** @throws AppError `unsupported_algorithm` for text that is no suite of this project. */
  suite(name: string): SuiteName {
    const suite = suiteNamed(this.text(name, 64));
    if (suite === undefined) {
      throw new AppError('unsupported_algorithm', {
        errors: [
          { field: `${this.path}.${name}`, message: 'must be an algorithm of this service' },
        ],
      });
    }
    return suite.name;
  }

  boolean(name: string): boolean {
    const value = this.raw(name);
    if (typeof value !== 'boolean') throw this.refuse(name, 'must be true or false');
    return value;
  }

  integer(name: string, least: number): number {
    const value = this.raw(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least)
      throw this.refuse(name, `must be an integer from ${String(least)} on`);
    return value;
  }

  time(name: string): Date {
    const value = this.raw(name);
    const time = typeof value === 'string' && TIME.test(value) ? new Date(value) : undefined;
    // Of the 31st of June JavaScript makes the 1st of July.
    if (time === undefined || !isOnCalendar(time, String(value)))
      throw this.refuse(name, 'must be a time of RFC 3339 in UTC');
    return time;
  }

  /** Exactly `size` bytes of canonical base64. */
  bytes(name: string, size: number): Buffer {
    const value = this.raw(name);
    const bytes = isCanonicalBase64(value) ? decodeBase64(value, name) : undefined;
    if (bytes?.length !== size)
      throw this.refuse(name, `must be padded, canonical base64 of ${String(size)} bytes`);
    return bytes;
  }

  object(name: string, names: MemberNames): Members {
    return new Members(`${this.path}.${name}`, this.raw(name), names);
  }

  objects(name: string, { least, most }: CountRange, names: MemberNames): Members[] {
    const value = this.raw(name);
    if (!Array.isArray(value) || value.length < least || value.length > most)
      throw this.refuse(name, `must be a list of ${String(least)} to ${String(most)}`);
    return value.map(
      (item: unknown, index) => new Members(`${this.path}.${name}[${String(index)}]`, item, names),
    );
  }

  /** What `read` makes of a member, where there is one: to be spread into an object. */
  optional<K extends string, T>(name: K, read: (name: K) => T): Partial<Record<K, T>> {
    return this.has(name) ? ({ [name]: read(name) } as Record<K, T>) : {};
  }
}

function isOnCalendar(time: Date, text: string): boolean {
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 19) === text.slice(0, 19);
}
