import type { MasterKeyMode } from '@app/contract';
import { AppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';
import type { Call } from '@app/server';
import { refuseMasterKey } from './key-of-call.js';

/**
 * The client's key of a call that does not need one. It is refused where it could be taken for the key of encryptions that it is not
 * of.
 *
 * @returns the key, owned by the request; undefined where none came.
 * @throws AppError `master_key_malformed`, `master_key_not_applicable`.
 */
export function optionalKey(
  call: Pick<Call, 'masterKey'>,
  encryptions: readonly { readonly mode: MasterKeyMode }[],
): SecretBytes | undefined {
  const { masterKey } = call;
  if (masterKey === 'malformed') throw new AppError('master_key_malformed');
  if (encryptions.some(({ mode }) => mode === 'platform')) refuseMasterKey(call);
  return masterKey === 'absent' ? undefined : masterKey;
}
