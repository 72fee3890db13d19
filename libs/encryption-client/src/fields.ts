import { rules } from '@app/contract';
import { isUuid } from '@app/encoding';
import { AppError } from '@app/errors';

const TIME = rules.time();

/** An answer of a service that is not of the contract's form. Which field it was is for the log, not for the caller. */
export function malformed(field: string): AppError {
  return new AppError('encryption_service_rejected', {
    cause: new TypeError(`the answer's ${field} is not of the contract's form`),
  });
}

/** The members of a JSON object that came from a service. */
export type Fields = Record<string, unknown>;

export function readObject(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(field);
  return value as Fields;
}

export function readArray(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(field);
  return value;
}

/** Visible ASCII, as it goes into a column, a header or an answer of our own. */
const WORD = /^[\x21-\x7e]+$/;

/** @param form - which texts are taken; its length alone is checked besides. */
export function readText(fields: Fields, field: string, maxLength: number, form = WORD): string {
  const value = fields[field];
  if (typeof value !== 'string' || value.length > maxLength || !form.test(value))
    throw malformed(field);
  return value;
}

export function readUuid(fields: Fields, field: string): string {
  const value = fields[field];
  if (!isUuid(value)) throw malformed(field);
  return value.toLowerCase();
}

/** A UUID that has to be the one that was asked for: another one would place the answer elsewhere. */
export function readSameUuid(fields: Fields, field: string, asked: string): string {
  const value = readUuid(fields, field);
  if (value !== asked) throw malformed(field);
  return value;
}

export function readOneOf<T extends string>(fields: Fields, field: string, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === fields[field]);
  if (word === undefined) throw malformed(field);
  return word;
}

/** An RFC 3339 time, as text: the same rule as for one that comes from a caller. */
export function readTime(fields: Fields, field: string): string {
  const value = fields[field];
  if (typeof value !== 'string' || !TIME.check(value)) throw malformed(field);
  return value;
}

export function readOptionalTime(fields: Fields, field: string): string | undefined {
  return fields[field] === undefined ? undefined : readTime(fields, field);
}

/** A non-negative integer that JavaScript holds exactly. */
export function readCount(fields: Fields, field: string): number {
  const value = fields[field];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw malformed(field);
  return value;
}
