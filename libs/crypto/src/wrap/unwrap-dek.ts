import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { AES_256_GCM } from '../hazmat/aes-256-gcm.js';
import { equalInConstantTime } from '../hazmat/hmac.js';
import type { KeyPlace } from '../key-place.js';
import { SUITES } from '../suites.js';
import { deriveWrapKeys, encodeWrapBinding } from './wrap-binding.js';
import { parseWrappedKeyRecord } from './wrapped-key-record.js';

/** The word of the alarm that a stored wrapped key raises when it does not open. */
const WRAPPED_KEY_ALARM = 'wrapped_key_integrity';

/** Stored state is not what was written: whoever changed it must not learn more than that, and the operator must hear of it. */
export function wrappedKeyAlarm(reason: string): AppError {
  return new AppError('internal', { alarm: WRAPPED_KEY_ALARM, cause: new Error(reason) });
}

/**
 * Opens a stored wrapped key.
 *
 * @param kek - 32 bytes. Borrowed.
 * @param record - as it was stored; anything at all is taken and judged. B takes the KEK's URI from it.
 * @returns the version's key, owned by the caller, who disposes of it.
 * @throws AppError `internal` with the alarm `wrapped_key_integrity` for a record of another form, under another KEK, of another place,
 * or changed.
 */
export function unwrapDek(kek: SecretBytes, place: KeyPlace, record: unknown): SecretBytes {
  const parts = parseWrappedKeyRecord(record);
  if (parts === undefined) throw wrappedKeyAlarm('a wrapped key has another form');
  const binding = encodeWrapBinding(place, parts.kekUri);
  const keys = deriveWrapKeys(kek, parts.salt, binding);
  // First, so that no cipher ever runs under a key that the record does not commit to.
  if (!equalInConstantTime(keys.commitment, parts.commitment)) {
    throw wrappedKeyAlarm('a wrapped key is of another master key or another place');
  }
  const dek = AES_256_GCM.open(keys.encryption, { nonce: parts.nonce, aad: binding }, parts);
  if (dek === undefined) throw wrappedKeyAlarm('a wrapped key was changed');
  if (dek.length !== SUITES[place.suite].dekBytes) {
    dek.fill(0);
    throw wrappedKeyAlarm('a wrapped key has another length');
  }
  return new SecretBytes(dek);
}
