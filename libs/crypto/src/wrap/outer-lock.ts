import type { KeyObject } from 'node:crypto';
import { encodeBase64, encodeMembers, splitMembers } from '@app/encoding';
import { AppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';
import { AES_256_GCM } from '../hazmat/aes-256-gcm.js';
import { deriveKey } from '../hazmat/hkdf.js';
import { randomSecret } from '../hazmat/random.js';
import type { KeyPlace } from '../key-place.js';
import { CLIENT_KEK_URI } from './client-kek.js';
import {
  parseOuterLockedRecord,
  type OuterLockedParts,
  type OuterLockedRecord,
} from './outer-locked-record.js';
import { encodeWrapBinding } from './wrap-binding.js';
import { wrappedKeyAlarm } from './wrapped-key-alarm.js';
import { parseWrappedKeyRecord, type WrappedKeyRecord } from './wrapped-key-record.js';
import { OUTER_KEY_BYTES } from './wrapped-form.js';

/** The second lock of client mode. Without it, whoever has the database alone could try passwords on a record. */
export interface OuterKey {
  /** A UUID. */
  readonly id: string;
  /** 32 bytes. Borrowed by the functions below. */
  readonly key: SecretBytes;
}

const NONCE_BYTES = 12;
/** w, com, nonce and ct. */
const MEMBERS = 4;

/** The key of the second lock for one B: under it are the records of one version alone, one for each rewrap, with random nonces. */
export function deriveOuterLockKey(outer: OuterKey, binding: Buffer): KeyObject {
  if (outer.key.length !== OUTER_KEY_BYTES) {
    throw new AppError('internal', { cause: new RangeError('an outer key has 32 bytes') });
  }
  return deriveKey(outer.key.expose(), encodeMembers('keyward/v1/outer', binding));
}

/** What the second lock hides: E(w, com, nonce, ct). */
export function encodeClientRecord(record: WrappedKeyRecord): Buffer {
  const parts = parseWrappedKeyRecord(record);
  if (parts?.kekUri !== CLIENT_KEK_URI || parts.provided !== undefined) {
    throw new AppError('internal', { cause: new TypeError('not a record of client mode') });
  }
  const { salt, commitment, nonce, ciphertext, tag } = parts;
  return encodeMembers(salt, commitment, nonce, Buffer.concat([ciphertext, tag]));
}

/** {@link lockOuter} with its nonce given: for vectors, which alone may do so. */
export function lockOuterWith(
  nonce: Buffer,
  outer: OuterKey,
  place: KeyPlace,
  record: WrappedKeyRecord,
): OuterLockedRecord {
  const plaintext = encodeClientRecord(record);
  const binding = encodeWrapBinding(place, record.kekUri);
  const key = deriveOuterLockKey(outer, binding);
  const { ciphertext, tag } = AES_256_GCM.seal(key, { nonce, aad: binding }, plaintext);
  return {
    v: 1,
    kekUri: record.kekUri,
    outerKeyId: outer.id.toLowerCase(),
    outerNonce: encodeBase64(nonce),
    outer: encodeBase64(Buffer.concat([ciphertext, tag])),
  };
}

/**
 * Locks a client's record once more, under the service's own key (`docs/spec/wrapped-key-v1.md`).
 *
 * @param record - of {@link CLIENT_KEK_URI}, as `wrapDek` made it.
 * @throws AppError `internal` for a record of another mode or an outer key of another length.
 */
export function lockOuter(
  outer: OuterKey,
  place: KeyPlace,
  record: WrappedKeyRecord,
): OuterLockedRecord {
  return lockOuterWith(randomSecret(NONCE_BYTES), outer, place, record);
}

function recordOf(kekUri: string, encoded: Buffer): WrappedKeyRecord {
  const members = splitMembers(encoded, MEMBERS)?.map((bytes) => encodeBase64(bytes));
  const [w, com, nonce, ct] = members ?? [];
  const record = { v: 1, kekUri, w, com, nonce, ct };
  if (parseWrappedKeyRecord(record) === undefined) {
    throw wrappedKeyAlarm('the second lock of a wrapped key holds something else');
  }
  return record as WrappedKeyRecord;
}

function parseOf(outer: OuterKey, record: unknown): OuterLockedParts {
  const parts = parseOuterLockedRecord(record);
  if (parts === undefined) throw wrappedKeyAlarm('a wrapped key of client mode has another form');
  if (parts.outerKeyId !== outer.id.toLowerCase()) {
    throw wrappedKeyAlarm('a wrapped key is under another outer key');
  }
  return parts;
}

/**
 * Opens the second lock, before the client's key is looked at: what does not open was changed, whoever calls.
 *
 * @param outer - the key that the record names.
 * @param record - as it was stored; anything at all is taken and judged.
 * @returns the client's record, which an export holds.
 * @throws AppError `internal` with the alarm `wrapped_key_integrity` for a record of another form, under another outer key, of another
 * place, or changed; never `master_key_mismatch`.
 */
export function unlockOuter(outer: OuterKey, place: KeyPlace, record: unknown): WrappedKeyRecord {
  const parts = parseOf(outer, record);
  const aad = encodeWrapBinding(place, parts.kekUri);
  const key = deriveOuterLockKey(outer, aad);
  const encoded = AES_256_GCM.open(key, { nonce: parts.nonce, aad }, parts);
  if (encoded === undefined)
    throw wrappedKeyAlarm('the second lock of a wrapped key does not open');
  return recordOf(parts.kekUri, encoded);
}
