import type { ErrorCode } from '@app/errors';

/** What every route that asks the tenant's encryption service can answer, for OpenAPI. */
export const SERVICE_ERRORS = [
  'encryption_service_rejected',
  'encryption_service_unavailable',
  'encryption_disabled',
  'kms_unavailable',
  'audit_unavailable',
  'rate_limited',
] as const satisfies readonly ErrorCode[];

/** As {@link SERVICE_ERRORS}, for calls that use keys. */
export const KEY_ERRORS = [
  'master_key_malformed',
  'master_key_not_applicable',
  'master_key_required',
  'master_key_mismatch',
  ...SERVICE_ERRORS,
] as const satisfies readonly ErrorCode[];
