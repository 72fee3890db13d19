import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { AES_256_GCM } from '../hazmat/aes-256-gcm.js';
import { equalInConstantTime } from '../hazmat/hmac.js';
import type { WrapPlace } from '../key-place.js';
import { deriveWrapKeys, encodeWrapBinding } from './wrap-binding.js';
import { wrappedKeyAlarm } from './wrapped-key-alarm.js';
import { isKeyOf } from './wrapped-form.js';
import { parseWrappedKeyRecord } from './wrapped-key-record.js';

/** How a record is opened. */
export interface UnwrapOptions {
  /**
   * What a commitment that does not fit means. `alarm`, the default, where the master key is the service's own: the record was changed.
   * `master_key_mismatch` where the caller brought the key: it brought another one. What fails after the commitment is an alarm always.
   */
  readonly onMismatch?: 'alarm' | 'master_key_mismatch';
}

function mismatch({ onMismatch = 'alarm' }: UnwrapOptions): AppError {
  return onMismatch === 'alarm'
    ? wrappedKeyAlarm('a wrapped key is of another master key or another place')
    : new AppError('master_key_mismatch');
}

/**
 * Opens a stored wrapped key.
 *
 * @param kek - 32 bytes. Borrowed.
 * @param record - as it was stored; anything at all is taken and judged. B takes the KEK's URI from it.
 * @returns the key, owned by the caller, who disposes of it.
 * @throws AppError `internal` with the alarm `wrapped_key_integrity` for a record of another form, under another KEK, of another place,
 * or changed; `master_key_mismatch` in place of it where the commitment does not fit and {@link UnwrapOptions.onMismatch} says so.
 */
export function unwrapDek(
  kek: SecretBytes,
  place: WrapPlace,
  record: unknown,
  options: UnwrapOptions = {},
): SecretBytes {
  const parts = parseWrappedKeyRecord(record);
  if (parts === undefined) throw wrappedKeyAlarm('a wrapped key has another form');
  const binding = encodeWrapBinding(place, parts.kekUri);
  const keys = deriveWrapKeys(kek, parts.salt, binding);
  // First, so that no cipher ever runs under a key that the record does not commit to.
  if (!equalInConstantTime(keys.commitment, parts.commitment)) throw mismatch(options);
  const dek = AES_256_GCM.open(keys.encryption, { nonce: parts.nonce, aad: binding }, parts);
  if (dek === undefined) throw wrappedKeyAlarm('a wrapped key was changed');
  if (!isKeyOf(place, dek)) {
    dek.fill(0);
    throw wrappedKeyAlarm('a wrapped key holds a key of another form');
  }
  return new SecretBytes(dek);
}
