import { hash } from 'node:crypto';
import { encodeMembers } from '@app/encoding';
import { invalidField } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';

const FORM = /^[\x21-\x7e]{1,128}$/;

/** @throws AppError `invalid_request`, naming `Idempotency-Key`; also for one that was given twice, which has a space in it. */
export function parseIdempotencyKey(header: string | undefined): string | undefined {
  if (header !== undefined && !FORM.test(header))
    throw invalidField('Idempotency-Key', 'must be 1 to 128 visible ASCII characters');
  return header;
}

/**
 * The key under which the encryption service knows a call. All people of a core are one client there: theirs are told apart by what goes
 * into the hash.
 */
export function serviceIdempotencyKey(
  key: string,
  { tenantId, userId }: Pick<TenantCaller, 'tenantId' | 'userId'>,
): string {
  const members = encodeMembers('keyward/v1/idempotency-key', tenantId, userId, key);
  return hash('sha256', members, 'base64url');
}
