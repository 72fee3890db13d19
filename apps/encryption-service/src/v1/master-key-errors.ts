import type { ErrorCode } from '@app/errors';

/** What every route can answer that takes a client's own master key, for OpenAPI. */
export const MASTER_KEY_ERRORS = [
  'master_key_malformed',
  'master_key_not_applicable',
  'master_key_required',
  'master_key_mismatch',
  'rate_limited',
] as const satisfies readonly ErrorCode[];
