import { describe, expect, it } from 'vitest';
import { AppError, CATALOGUE, type ErrorCode } from '@app/errors';
import { passOn } from './pass-on.js';

/** The wire contract, section 2, "What the core passes on", for every code that there is. */
const HEARD: Record<ErrorCode, ErrorCode> = {
  master_key_malformed: 'master_key_malformed',
  master_key_not_applicable: 'master_key_not_applicable',
  master_key_required: 'master_key_required',
  master_key_mismatch: 'master_key_mismatch',
  decryption_failed: 'decryption_failed',
  encryption_disabled: 'encryption_disabled',
  version_not_usable: 'version_not_usable',
  version_destroyed: 'version_destroyed',
  rate_limited: 'rate_limited',
  quota_exceeded: 'quota_exceeded',
  kms_unavailable: 'kms_unavailable',
  audit_unavailable: 'audit_unavailable',
  encryption_service_unavailable: 'encryption_service_unavailable',
  database_unavailable: 'encryption_service_unavailable',
  shutting_down: 'encryption_service_unavailable',
  encryption_service_rejected: 'encryption_service_rejected',
  invalid_request: 'encryption_service_rejected',
  invalid_base64: 'encryption_service_rejected',
  unsupported_algorithm: 'encryption_service_rejected',
  unauthenticated: 'encryption_service_rejected',
  totp_required: 'encryption_service_rejected',
  totp_invalid: 'encryption_service_rejected',
  forbidden: 'encryption_service_rejected',
  not_found: 'encryption_service_rejected',
  method_not_allowed: 'encryption_service_rejected',
  already_exists: 'encryption_service_rejected',
  conflict: 'encryption_service_rejected',
  // The client's own; of a service's `problemOf` makes a rejection.
  payload_too_large: 'payload_too_large',
  unsupported_media_type: 'encryption_service_rejected',
  locked: 'encryption_service_rejected',
  internal: 'encryption_service_rejected',
};

describe('passOn', () => {
  it.each(Object.keys(CATALOGUE) as ErrorCode[])('says %s as the contract has it', (code) => {
    expect(passOn(new AppError(code)).code).toBe(HEARD[code]);
  });

  it('keeps the time after which to try again', () => {
    expect(passOn(new AppError('rate_limited', { retryAfterSeconds: 7 })).retryAfterSeconds).toBe(
      7,
    );
    const { retryAfterSeconds } = passOn(new AppError('kms_unavailable'));
    expect(retryAfterSeconds).toBe(1);
    expect(passOn(new AppError('quota_exceeded')).retryAfterSeconds).toBe(1);
    expect(passOn(new AppError('encryption_disabled')).retryAfterSeconds).toBeUndefined();
    const down = passOn(new AppError('shutting_down', { retryAfterSeconds: 9 }));
    expect(down.retryAfterSeconds).toBe(9);
    expect(passOn(new AppError('database_unavailable')).retryAfterSeconds).toBe(1);
  });

  it('keeps the original for the log and out of the words', () => {
    const original = new AppError('unauthenticated');
    const heard = passOn(original);
    expect(heard.cause).toBe(original);
    expect(heard.detail).not.toContain('credentials');
  });

  it('takes what is no error of ours as a rejection', () => {
    expect(passOn(new TypeError('boom')).code).toBe('encryption_service_rejected');
  });
});
