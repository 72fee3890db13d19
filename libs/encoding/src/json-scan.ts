import { invalidField } from '@app/errors';
import { isWellFormed } from './unicode.js';

/** Members of one object or array at most: more than any call takes, and few enough to be checked quickly. */
const MAX_JSON_MEMBERS = 10_000;
/** Containers inside one another at most. */
const MAX_JSON_DEPTH = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SHORTEST_OVERFLOW = '1e309'.length;
// Longer names are nobody's field: a 32-byte secret that was sent as a key has at least 43 characters in any common encoding.
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9]{0,31}$/;

/** An object or array that is open at this point of the text. */
interface Container {
  readonly isObject: boolean;
  /** Keys so far, decoded; made at the first one. */
  keys: Set<string> | undefined;
  key: string;
  index: number;
}

/**
 * Looks for what `JSON.parse` lets pass: a key given twice, deep nesting, a lone surrogate, a number that no double holds. It is right
 * for every text that `JSON.parse` takes, and may let another one pass: that one is refused by `JSON.parse` afterwards.
 */
export class JsonScan {
  readonly #text: string;
  readonly #open: Container[] = [];
  #position = 0;
  #nextBackslash: number;
  #keyComes = false;

  constructor(text: string) {
    this.#text = text;
    this.#nextBackslash = indexOrEnd(text, '\\', 0);
  }

  /** @throws AppError `invalid_request`, naming the innermost field that can be named. */
  run(): void {
    while (this.#position < this.#text.length) this.#step(this.#text.charCodeAt(this.#position));
  }

  #step(unit: number): void {
    switch (unit) {
      case QUOTE:
        this.#string();
        return;
      case 0x7b: // {
        this.#enter(true);
        return;
      case 0x5b: // [
        this.#enter(false);
        return;
      case 0x7d: // }
      case 0x5d: // ]
        this.#open.pop();
        this.#keyComes = false;
        this.#position += 1;
        return;
      case 0x2c: // ,
        this.#comma();
        return;
      default:
        this.#other(unit);
    }
  }

  #enter(isObject: boolean): void {
    if (this.#open.length === MAX_JSON_DEPTH) {
      throw this.#refuse(`must not nest deeper than ${String(MAX_JSON_DEPTH)}`);
    }
    this.#open.push({ isObject, keys: undefined, key: '', index: 0 });
    this.#keyComes = isObject;
    this.#position += 1;
  }

  #comma(): void {
    const container = this.#open.at(-1);
    if (container !== undefined) {
      container.index += 1;
      if (container.index === MAX_JSON_MEMBERS) {
        throw this.#refuse(`must have at most ${String(MAX_JSON_MEMBERS)} members`);
      }
      this.#keyComes = container.isObject;
    }
    this.#position += 1;
  }

  #other(unit: number): void {
    const start = this.#position;
    this.#position += 1;
    if (!isOfNumber(unit)) return;
    while (isOfNumber(this.#text.charCodeAt(this.#position))) this.#position += 1;
    if (this.#position - start < SHORTEST_OVERFLOW) return;
    // JSON.parse makes Infinity of 1e999, which no JSON has.
    if (Math.abs(Number(this.#text.slice(start, this.#position))) === Infinity) {
      throw this.#refuse('must be a number that a double can hold');
    }
  }

  #string(): void {
    const start = this.#position;
    const quote = this.#text.indexOf('"', start + 1);
    const backslash = this.#backslashFrom(start);
    const escaped = backslash < quote;
    const end = escaped ? this.#endOfEscaped(backslash) : quote;
    if (end === -1) throw this.#refuse('must be JSON (RFC 8259)');
    this.#position = end + 1;

    if (this.#keyComes) {
      this.#key(escaped ? this.#decode(start, end) : this.#text.slice(start + 1, end));
    } else if (escaped && this.#hasUnicodeEscape(start, end)) {
      // Raw lone surrogates did not pass the UTF-8 decoder: only an escape can make one.
      this.#decode(start, end);
    }
  }

  /** Where the next backslash is. Kept from string to string, so that the text is searched for them once. */
  #backslashFrom(start: number): number {
    if (this.#nextBackslash < start) this.#nextBackslash = indexOrEnd(this.#text, '\\', start);
    return this.#nextBackslash;
  }

  #endOfEscaped(firstBackslash: number): number {
    const text = this.#text;
    for (let at = firstBackslash; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) return at;
      if (unit === BACKSLASH) at += 1;
    }
    return -1;
  }

  #hasUnicodeEscape(start: number, end: number): boolean {
    return this.#text.slice(start, end).includes('\\u');
  }

  #decode(start: number, end: number): string {
    const decoded = parseString(this.#text.slice(start, end + 1));
    if (decoded === undefined) throw this.#refuse('must be JSON (RFC 8259)');
    if (!isWellFormed(decoded))
      throw this.#refuse('must be well-formed Unicode, without lone surrogates');
    return decoded;
  }

  #key(key: string): void {
    this.#keyComes = false;
    const container = this.#open.at(-1);
    if (container === undefined) return;
    container.keys ??= new Set();
    container.key = key;
    if (container.keys.has(key)) throw this.#refuse('must not be given twice');
    container.keys.add(key);
  }

  /** Names the place by the fields that lead to it, as far as they look like fields: other keys are the caller's data. */
  #refuse(message: string): Error {
    let path = '';
    for (const { isObject, key, index } of this.#open) {
      if (isObject && !FIELD_NAME.test(key)) break;
      const separator = path === '' ? '' : '.';
      path += isObject ? `${separator}${key}` : `[${String(index)}]`;
    }
    return invalidField(path === '' ? 'body' : path, message);
  }
}

/** Digits, signs, the point and the exponent's letter: between them they make no other token of JSON. */
function isOfNumber(unit: number): boolean {
  return (
    (unit >= 0x2d && unit <= 0x39 && unit !== 0x2f) ||
    unit === 0x2b ||
    unit === 0x65 ||
    unit === 0x45
  );
}

function indexOrEnd(text: string, searched: string, start: number): number {
  const index = text.indexOf(searched, start);
  return index === -1 ? text.length : index;
}

function parseString(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    // An escape that JSON does not have. The parser's message quotes the text, so it is dropped here.
    return undefined;
  }
}
