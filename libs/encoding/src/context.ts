import { invalidField } from '@app/errors';
import { encodeMembers } from './members.js';
import { isWellFormed } from './unicode.js';

/** What a caller binds a blob to: authenticated, not stored. Any own key is data, the empty one and `__proto__` included. */
export type Context = Readonly<Record<string, string>>;

/** Entries of a context at most. */
export const MAX_CONTEXT_ENTRIES = 32;
/** Bytes of UTF-8 of a context at most, keys and values together, without lengths. */
export const MAX_CONTEXT_BYTES = 4096;

const COUNT_BYTES = 4;

interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

function parseEntry(key: string, value: unknown, field: string): Entry {
  // The key is the caller's data and stands in no answer: the field named is the context.
  if (typeof value !== 'string') throw invalidField(field, 'must have text for every value');
  if (!isWellFormed(key) || !isWellFormed(value))
    throw invalidField(field, 'must be well-formed Unicode');
  return { key: Buffer.from(key, 'utf8'), value: Buffer.from(value, 'utf8') };
}

function parseEntries(context: object, field: string): Entry[] {
  const pairs = Object.entries(context) as [string, unknown][];
  if (pairs.length > MAX_CONTEXT_ENTRIES) {
    throw invalidField(field, `must have at most ${String(MAX_CONTEXT_ENTRIES)} entries`);
  }
  const entries = pairs.map(([key, value]) => parseEntry(key, value, field));
  const bytes = entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  if (bytes > MAX_CONTEXT_BYTES) {
    throw invalidField(field, `must have at most ${String(MAX_CONTEXT_BYTES)} bytes of UTF-8`);
  }
  return entries;
}

/**
 * A context as a caller sent it, out of strict JSON: an object of text to text within the limits. Absent equals `{}`.
 *
 * @throws AppError `invalid_request`, naming `field`.
 */
export function checkContext(value: unknown, field: string): Context {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidField(field, 'must be an object of text to text');
  }
  parseEntries(value, field);
  return value as Context;
}

/**
 * C of `docs/spec/encoding-v1.md`: a 4-byte count, then E(key, value) for each entry, sorted by the bytes of the key. Absent and `{}`
 * are equal. The limits are checked here too, so that nothing over them is ever authenticated.
 *
 * @throws AppError `invalid_request`, naming `context`.
 */
export function encodeContext(context: Context | undefined): Buffer {
  const entries = context === undefined ? [] : parseEntries(context, 'context');
  // By bytes, not as JavaScript sorts: by UTF-16 units U+1F600 would come before U+FF61.
  entries.sort((a, b) => Buffer.compare(a.key, b.key));
  const count = Buffer.alloc(COUNT_BYTES);
  count.writeUInt32BE(entries.length);
  return Buffer.concat([
    count,
    encodeMembers(...entries.flatMap(({ key, value }) => [key, value])),
  ]);
}
