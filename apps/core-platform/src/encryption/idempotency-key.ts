import { hash } from 'node:crypto';
import { encodeMembers } from '@app/encoding';
import type { TenantCaller } from '../access/caller.js';

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
