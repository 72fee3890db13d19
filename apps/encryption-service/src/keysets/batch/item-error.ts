import type { ItemError } from '@app/contract';
import { type AppError, catalogueEntry, type ErrorCode, toAppError } from '@app/errors';

/** What is wrong with the call, whichever item shows it. */
const OF_THE_CALL: ReadonlySet<ErrorCode> = new Set([
  'master_key_malformed',
  'master_key_required',
  'master_key_mismatch',
  'master_key_not_applicable',
  'encryption_disabled',
  'rate_limited',
]);

/**
 * What was thrown, as an item's error: what the caller did wrong in it, or an alarm of its version.
 *
 * @throws AppError where it is the call's: its master key, or something of ours that no other item would find otherwise.
 */
export function toItemFailure(thrown: unknown): AppError {
  const error = toAppError(thrown);
  const isOfCaller = catalogueEntry(error.code).fault === 'caller' && !OF_THE_CALL.has(error.code);
  if (isOfCaller || error.alarm !== undefined) return error;
  throw error;
}

/** An item's error for the wire: which field is wrong in it, too, since an item has no problem of its own to say that. */
export function toItemError({ code, detail, retryable, errors }: AppError): ItemError {
  const [first] = errors ?? [];
  const where = first === undefined ? '' : ` ${first.field}: ${first.message}.`;
  return { code, detail: detail + where, retryable };
}
