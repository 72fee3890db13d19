import type { KeyContext } from '@app/encryption-client';
import { AppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';
import type { HeaderKey } from '@app/server';
import type { TenantCaller } from '../access/caller.js';

/**
 * What a call that uses keys sends on: the caller's master key with it, where one came. Whether it had to come is the service's to say,
 * since an encryption may have been put under another kind of key there.
 *
 * @throws AppError `master_key_malformed`: there is nothing to send.
 */
export function keyContextOf({ requestId, accessReason, masterKey }: TenantCaller): KeyContext {
  if (masterKey === 'malformed') throw new AppError('master_key_malformed');
  const context = { requestId, accessReason };
  return masterKey === 'absent' ? context : { ...context, masterKey };
}

/**
 * A master key that has to come.
 *
 * @returns the key; the request owns it.
 * @throws AppError `master_key_malformed` or `master_key_required`.
 */
export function requireKey(key: HeaderKey): SecretBytes {
  if (key === 'malformed') throw new AppError('master_key_malformed');
  if (key === 'absent') throw new AppError('master_key_required');
  return key;
}

/**
 * Refuses a master key that nothing would be done with: who sends it believes otherwise.
 *
 * @throws AppError `master_key_malformed` or `master_key_not_applicable`.
 */
export function refuseKey(key: HeaderKey): void {
  if (key === 'malformed') throw new AppError('master_key_malformed');
  if (key !== 'absent') throw new AppError('master_key_not_applicable');
}

/**
 * What is wrong with one of several keys (400) is said before another that is missing (403).
 *
 * @throws AppError `master_key_malformed`.
 */
export function refuseMalformed(...keys: readonly HeaderKey[]): void {
  if (keys.includes('malformed')) throw new AppError('master_key_malformed');
}
