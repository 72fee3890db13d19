import { AppError } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';

/**
 * Refuses `X-Master-Key`: every tenant is under the platform's master key, and a key of theirs that is taken in silence would let them
 * believe otherwise.
 *
 * @throws AppError `master_key_malformed` or `master_key_not_applicable`.
 */
export function assertNoMasterKey({ masterKey }: Pick<TenantCaller, 'masterKey'>): void {
  if (masterKey === 'malformed') throw new AppError('master_key_malformed');
  if (masterKey !== 'absent') throw new AppError('master_key_not_applicable');
}
