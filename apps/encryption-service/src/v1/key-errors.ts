import type { ErrorCode } from '@app/errors';
import { MASTER_KEY_ERRORS } from './master-key-errors.js';

/** What every route can answer that uses the keys of an encryption, for OpenAPI. */
export const KEY_ERRORS = [
  ...MASTER_KEY_ERRORS,
  'not_found',
  'encryption_disabled',
  'version_not_usable',
  'kms_unavailable',
  'audit_unavailable',
] as const satisfies readonly ErrorCode[];

/** And those of a route that opens one blob. */
export const OPENING_ERRORS = [
  ...KEY_ERRORS,
  'invalid_base64',
  'version_destroyed',
  'decryption_failed',
] as const satisfies readonly ErrorCode[];
