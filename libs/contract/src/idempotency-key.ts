import { invalidField } from '@app/errors';

const PATTERN = '^[!-~]{1,128}$';
const FORM = new RegExp(PATTERN);

/** The request header by which a call can be repeated, as a route declares it. */
export const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  description:
    '1 to 128 visible ASCII characters, kept 24 hours: a repeated call answers as the first did.',
  pattern: PATTERN,
} as const;

/**
 * The key of a call that may be repeated; absent where none was sent.
 *
 * @throws AppError `invalid_request`, naming the header; also for one that was given twice, which has a space in it.
 */
export function parseIdempotencyKey(header: string | undefined): string | undefined {
  if (header !== undefined && !FORM.test(header)) {
    throw invalidField(IDEMPOTENCY_KEY.name, 'must be 1 to 128 visible ASCII characters');
  }
  return header;
}
