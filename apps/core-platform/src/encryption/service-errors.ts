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
