import type { Member } from '@app/encoding';
import { uuidBytes, isUuid } from '@app/encoding';
import { VectorFileError } from './vector-file-error.js';

type Values = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of an object of a vector file, each read as what it has to be. */
export class Fields {
  readonly #where: string;
  readonly #values: Values;

  constructor(where: string, value: unknown) {
    this.#where = where;
    if (!isObject(value)) throw new VectorFileError(`${where} must be an object`);
    this.#values = value;
  }

  get entries(): readonly [string, unknown][] {
    return Object.entries(this.#values);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  /** The member as it is; undefined where there is none. */
  raw(name: string): unknown {
    return this.has(name) ? this.#values[name] : undefined;
  }

  text(name: string): string {
    const value = this.raw(name);
    if (typeof value !== 'string') throw this.#refuse(name, 'text');
    return value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = allowed.find((candidate) => candidate === this.raw(name));
    if (value === undefined) throw this.#refuse(name, `one of ${allowed.join(', ')}`);
    return value;
  }

  uuid(name: string): string {
    const value = this.raw(name);
    if (!isUuid(value)) throw this.#refuse(name, 'a UUID');
    return value;
  }

  bytes(name: string): Buffer {
    const value = this.text(name);
    if (!/^(?:[0-9a-f]{2})*$/.test(value)) throw this.#refuse(name, 'bytes in lower-case hex');
    return Buffer.from(value, 'hex');
  }

  count(name: string): number {
    const value = this.raw(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw this.#refuse(name, 'a non-negative integer');
    }
    return value;
  }

  number(name: string): bigint {
    const value = this.text(name);
    if (!/^(?:0|[1-9][0-9]*)$/.test(value)) throw this.#refuse(name, 'a number in decimal text');
    return BigInt(value);
  }

  texts(name: string): string[] {
    return this.#list(name).map((value) => {
      if (typeof value !== 'string') throw this.#refuse(name, 'a list of text');
      return value;
    });
  }

  object(name: string): Fields {
    return new Fields(`${this.#where}.${name}`, this.raw(name));
  }

  objects(name: string): Fields[] {
    return this.#list(name).map(
      (value, index) => new Fields(`${this.#where}.${name}[${String(index)}]`, value),
    );
  }

  /** Members of E, each `{ kind: value }`; a `name` beside it is for the reader. */
  members(name: string): Member[] {
    return this.objects(name).map((member) => member.#member());
  }

  #member(): Member {
    const kind = Object.keys(this.#values).find((key) => key !== 'name') ?? '';
    switch (kind) {
      case 'text':
        return this.text(kind);
      case 'uuid':
        return uuidBytes(this.uuid(kind));
      case 'number':
        return this.number(kind);
      case 'bytes':
        return this.bytes(kind);
      case 'boolean':
        return this.raw(kind) === true;
      case 'list':
        return this.members(kind);
      case 'absent':
        return undefined;
      default:
        throw new VectorFileError(`${this.#where} is no member of E`);
    }
  }

  #list(name: string): readonly unknown[] {
    const value = this.raw(name);
    if (!Array.isArray(value)) throw this.#refuse(name, 'a list');
    return value as readonly unknown[];
  }

  #refuse(name: string, rule: string): VectorFileError {
    return new VectorFileError(`${this.#where}.${name} must be ${rule}`);
  }
}
