import { AppError, type ErrorCode, toAppError } from '@app/errors';

/** What a caller of the core can act on, and so hears as the service said it. */
const PASSED_ON: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'master_key_malformed',
  'master_key_not_applicable',
  'master_key_required',
  'master_key_mismatch',
  'decryption_failed',
  'encryption_disabled',
  'version_not_usable',
  'version_destroyed',
  'rate_limited',
  'quota_exceeded',
  'kms_unavailable',
  'audit_unavailable',
]);

const SERVICE_UNAVAILABLE = 503;

/**
 * "What the core passes on" of the wire contract: an error of the encryption service as the core's callers hear it. Codes that they can
 * act on stay; no connection, a time-out and any other 503 become `encryption_service_unavailable`; all else, that the core's
 * credentials were refused included, becomes `encryption_service_rejected`. The original stays as `cause` for the log.
 */
export function passOn(error: unknown): AppError {
  const original = toAppError(error);
  if (PASSED_ON.has(original.code)) return original;
  if (original.code === 'encryption_service_rejected') return original;
  if (original.code === 'encryption_service_unavailable') return original;
  return original.status === SERVICE_UNAVAILABLE
    ? new AppError('encryption_service_unavailable', {
        cause: original,
        retryAfterSeconds: original.retryAfterSeconds ?? 1,
      })
    : new AppError('encryption_service_rejected', { cause: original });
}
