import { AppError, invalidField } from '@app/errors';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether `text` has the form 8-4-4-4-12 of hexadecimal digits, in either case. Version and variant are not looked at. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && UUID.test(text);
}

/**
 * A UUID as a caller sent it, in lower case.
 *
 * @throws AppError `invalid_request`, naming `field`.
 */
export function parseUuid(text: unknown, field: string): string {
  if (!isUuid(text)) throw invalidField(field, 'must be a UUID of the form 8-4-4-4-12');
  return text.toLowerCase();
}

/**
 * The 16 bytes of a UUID in the order of its text (RFC 9562, section 4), which is how a UUID stands in E.
 *
 * @throws AppError `internal` for any other text: what comes from a caller goes through {@link parseUuid} first.
 */
export function uuidBytes(text: string): Buffer {
  if (!isUuid(text)) throw new AppError('internal', { cause: new TypeError('not a UUID') });
  return Buffer.from(text.replaceAll('-', ''), 'hex');
}
