import type { MasterKeyMode } from '@app/contract';
import { AppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';
import type { Call, HeaderKey } from '@app/server';

/**
 * Refuses a client's own master key where it would not be used: who sends it believes that it is.
 *
 * @throws AppError `master_key_malformed`, `master_key_not_applicable`.
 */
export function refuseMasterKey({ masterKey }: Pick<Call, 'masterKey'>): void {
  if (masterKey === 'malformed') throw new AppError('master_key_malformed');
  if (masterKey !== 'absent') throw new AppError('master_key_not_applicable');
}

/**
 * A key that must have come in a header.
 *
 * @returns the key; the request owns it.
 * @throws AppError `master_key_malformed`, `master_key_required`.
 */
function requireKey(key: HeaderKey): SecretBytes {
  if (key === 'malformed') throw new AppError('master_key_malformed');
  if (key === 'absent') throw new AppError('master_key_required');
  return key;
}

/**
 * The master key that a call brings for keys of this mode.
 *
 * @returns the client's key, owned by the request; undefined under a platform master key.
 * @throws AppError `master_key_malformed`, `master_key_required`, `master_key_not_applicable`.
 */
export function masterKeyOf(
  mode: MasterKeyMode,
  call: Pick<Call, 'masterKey'>,
): SecretBytes | undefined {
  if (mode === 'client') return requireKey(call.masterKey);
  refuseMasterKey(call);
  return undefined;
}

/**
 * The master keys that a rewrap brings: the one that opens the versions now, and the one that is to wrap them.
 *
 * @returns the clients' keys, owned by the request; undefined under a platform master key.
 * @throws AppError `master_key_malformed`, `master_key_not_applicable`, `master_key_required`.
 */
export function keysOfRewrap(
  from: MasterKeyMode,
  to: MasterKeyMode,
  call: Pick<Call, 'masterKey' | 'newMasterKey'>,
): { readonly old: SecretBytes | undefined; readonly next: SecretBytes | undefined } {
  const pairs = [
    [from, call.masterKey],
    [to, call.newMasterKey],
  ] as const;
  // What is wrong with one of them (400) comes before what is missing (403).
  for (const [, key] of pairs) {
    if (key === 'malformed') throw new AppError('master_key_malformed');
  }
  for (const [mode, key] of pairs) {
    if (mode === 'platform') refuseMasterKey({ masterKey: key });
  }
  const [old, next] = pairs.map(([mode, key]) => masterKeyOf(mode, { masterKey: key }));
  return { old, next };
}
