import { AppError } from '@app/errors';
import type { Call } from '@app/server';

/**
 * Refuses a client's own master key at an encryption that is under a platform one: who sends it believes that it is used.
 *
 * @throws AppError `master_key_malformed`, `master_key_not_applicable`.
 */
export function refuseMasterKey({ masterKey }: Call): void {
  if (masterKey === 'malformed') throw new AppError('master_key_malformed');
  if (masterKey === 'well-formed') throw new AppError('master_key_not_applicable');
}
