import { AppError, catalogueEntry, type ErrorCode, toAppError } from '@app/errors';

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
  // Only the client itself says it, of a body that it would have had to send: a service's own is no answer of the contract.
  'payload_too_large',
]);

const SERVICE_UNAVAILABLE = 503;
/** Statuses that say when to try again. */
const RETRIED: ReadonlySet<number> = new Set([429, SERVICE_UNAVAILABLE]);

/**
 * "What the core passes on" of the wire contract: an error of the encryption service as the core's callers hear it. Codes that they can
 * act on stay; no connection, a time-out and any other 503 become `encryption_service_unavailable`; all else, that the core's
 * credentials were refused included, becomes `encryption_service_rejected`. The original stays as `cause` for the log.
 */
export function passOn(error: unknown): AppError {
  const original = toAppError(error);
  const code = heardCode(original);
  const unsaid = RETRIED.has(catalogueEntry(code).status) ? 1 : undefined;
  const retryAfterSeconds = original.retryAfterSeconds ?? unsaid;
  if (code === original.code && retryAfterSeconds === original.retryAfterSeconds) return original;
  const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new AppError(code, { cause: original, ...options });
}

function heardCode({ code, status }: AppError): ErrorCode {
  if (PASSED_ON.has(code)) return code;
  return status === SERVICE_UNAVAILABLE
    ? 'encryption_service_unavailable'
    : 'encryption_service_rejected';
}
