import { AppError, invalidField } from '@app/errors';

/** What {@link encodeMembers} takes here: text, a non-negative integer, or bytes. */
export type Part = string | number | Uint8Array;

const LENGTH_BYTES = 4;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const utf8 = new TextEncoder();

/** UTF-8 of text. @throws AppError `invalid_request` for a lone surrogate, which would become U+FFFD: two texts would be one. */
export function utf8Of(text: string, field: string): Uint8Array {
  if (!text.isWellFormed()) throw invalidField(field, 'must be well-formed Unicode');
  return utf8.encode(text);
}

/** The parts one after another, as new bytes. */
export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return length;
}

function bytesOf(part: Part): Uint8Array {
  return part instanceof Uint8Array ? part : utf8Of(String(part), 'text');
}

/**
 * E of `docs/spec/encoding-v1.md`, as `@app/encoding` has it, for runtimes without Buffer: a 4-byte big-endian length before each part.
 * The spec of this file holds the two against each other.
 */
export function encodeMembers(...parts: readonly Part[]): Uint8Array {
  return joinBytes(...parts.map(bytesOf).flatMap((bytes) => [lengthOf(bytes), bytes]));
}

/** The 16 bytes of a UUID in the order of its text (RFC 9562, section 4). @throws AppError `invalid_request`, naming `field`. */
export function uuidBytes(text: string, field: string): Uint8Array {
  if (!UUID.test(text)) throw invalidField(field, 'must be a UUID of the form 8-4-4-4-12');
  const pairs = text.replaceAll('-', '').match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

/** Lower-case hex. */
export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Padded base64 (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Unpadded base64url (RFC 4648, section 5). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function binaryOf(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    // The one thing that it throws says that this is no base64, and the caller does.
    return undefined;
  }
}

/**
 * The bytes of padded, canonical base64: `atob` alone takes white space and endings of several spellings.
 *
 * @returns new bytes, owned by the caller.
 * @throws AppError `invalid_base64`, naming `field`.
 */
export function decodeBase64(text: string, field: string): Uint8Array {
  const binary = binaryOf(text);
  const bytes = Uint8Array.from(binary ?? '', (unit) => unit.charCodeAt(0));
  if (binary !== undefined && encodeBase64(bytes) === text) return bytes;
  const message = 'must be padded, canonical base64';
  throw new AppError('invalid_base64', { errors: [{ field, message }] });
}
