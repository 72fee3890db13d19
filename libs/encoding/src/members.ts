import { AppError } from '@app/errors';
import { isWellFormed } from './unicode.js';

/**
 * One member of {@link encodeMembers}: text (UTF-8 as it stands, never normalised), a non-negative integer, a truth value, bytes (another
 * E included; for a UUID those of `uuidBytes`), a list of members, or an absent member.
 */
export type Member =
  string | number | bigint | boolean | Uint8Array | readonly Member[] | undefined;

const LENGTH_BYTES = 4;

function misuse(rule: string): AppError {
  return new AppError('internal', { cause: new TypeError(rule) });
}

function decimal(value: number | bigint): string {
  // Beyond 2^53 - 1 two integers share one double, and two different messages would encode alike.
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw misuse('a number of E must be an exact integer');
  if (value < 0) throw misuse('a number of E must not be negative');
  return value.toString();
}

/** Text and bytes are all that has to be sized and written; every other member is one of them. */
function plain(member: Exclude<Member, readonly Member[]>): string | Uint8Array {
  switch (typeof member) {
    case 'string':
      return member;
    case 'undefined':
      return '';
    case 'boolean':
      return member ? 'true' : 'false';
    case 'number':
    case 'bigint':
      return decimal(member);
    default:
      return member;
  }
}

function isList(member: Member): member is readonly Member[] {
  return Array.isArray(member);
}

function sizeOf(member: Member): number {
  if (isList(member)) return LENGTH_BYTES + sizeOfAll(member);
  const value = plain(member);
  if (typeof value !== 'string') return value.length;
  // A lone surrogate would become U+FFFD, so that two different texts encode alike.
  if (!isWellFormed(value)) throw misuse('a text of E must be well-formed');
  return Buffer.byteLength(value, 'utf8');
}

function sizeOfAll(members: readonly Member[]): number {
  let size = 0;
  for (const member of members) size += LENGTH_BYTES + sizeOf(member);
  return size;
}

function write(target: Buffer, offset: number, member: Member): number {
  if (isList(member)) {
    target.writeUInt32BE(member.length, offset);
    return writeAll(target, offset + LENGTH_BYTES, member);
  }
  const value = plain(member);
  if (typeof value === 'string') return offset + target.write(value, offset, 'utf8');
  target.set(value, offset);
  return offset + value.length;
}

function writeAll(target: Buffer, start: number, members: readonly Member[]): number {
  let offset = start;
  for (const member of members) {
    const end = write(target, offset + LENGTH_BYTES, member);
    target.writeUInt32BE(end - offset - LENGTH_BYTES, offset);
    offset = end;
  }
  return offset;
}

/**
 * E of `docs/spec/encoding-v1.md`: for each member a 4-byte big-endian length, then its bytes. No two different lists of byte strings
 * encode alike, so what a MAC or an AEAD covers cannot be cut anew. The kinds are not encoded: text `1` and the number 1 are the same.
 *
 * @returns new bytes, owned by the caller.
 * @throws AppError `internal` for a negative or inexact number and for text with a lone surrogate: mistakes of the calling code.
 */
export function encodeMembers(...members: readonly Member[]): Buffer {
  const target = Buffer.alloc(sizeOfAll(members));
  writeAll(target, 0, members);
  return target;
}
