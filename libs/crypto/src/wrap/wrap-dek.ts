import { encodeBase64 } from '@app/encoding';
import { AppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';
import { AES_256_GCM } from '../hazmat/aes-256-gcm.js';
import { randomSecret } from '../hazmat/random.js';
import type { WrapPlace } from '../key-place.js';
import { deriveWrapKeys, encodeWrapBinding } from './wrap-binding.js';
import { isKeyOf } from './wrapped-form.js';
import { MAX_KEK_URI_BYTES, type WrappedKeyRecord } from './wrapped-key-record.js';

/** Bytes of every KEK: a local master key, or the wrapping key of a provider. */
export const KEK_BYTES = 32;
const SALT_BYTES = 32;
const NONCE_BYTES = 12;

/** What has to be new for each record. */
export interface WrapRandomness {
  /** 32 bytes. */
  readonly salt: Buffer;
  /** 12 bytes. */
  readonly nonce: Buffer;
}

/** What one record is made of. */
export interface WrapInput {
  /** 32 bytes. Borrowed. */
  readonly kek: SecretBytes;
  /** The configured URI as it stands, 512 bytes of UTF-8 at most. */
  readonly kekUri: string;
  readonly place: WrapPlace;
  /** Of the form that its place asks for. Borrowed. */
  readonly dek: SecretBytes;
  /** What a provider that keeps its key made of the KEK. */
  readonly provided?: Buffer | undefined;
}

function assertWrappable({ kek, kekUri, place, dek }: WrapInput): void {
  const fits = kek.length === KEK_BYTES && isKeyOf(place, dek.expose());
  if (!fits)
    throw new AppError('internal', {
      cause: new RangeError('a key of another form cannot be wrapped'),
    });
  if (Buffer.byteLength(kekUri, 'utf8') > MAX_KEK_URI_BYTES) {
    throw new AppError('internal', {
      cause: new RangeError('the URI of the master key is too long'),
    });
  }
}

/** {@link wrapDek} with its random values given: for vectors, which alone may do so. */
export function wrapDekWith(random: WrapRandomness, input: WrapInput): WrappedKeyRecord {
  assertWrappable(input);
  const { kek, kekUri, place, dek, provided } = input;
  const binding = encodeWrapBinding(place, kekUri);
  const keys = deriveWrapKeys(kek, random.salt, binding);
  const sealing = { nonce: random.nonce, aad: binding };
  const { ciphertext, tag } = AES_256_GCM.seal(keys.encryption, sealing, dek.expose());
  return {
    v: 1,
    kekUri,
    w: encodeBase64(random.salt),
    com: encodeBase64(keys.commitment),
    nonce: encodeBase64(random.nonce),
    ct: encodeBase64(Buffer.concat([ciphertext, tag])),
    ...(provided === undefined ? {} : { provided: encodeBase64(provided) }),
  };
}

/**
 * Wraps a version's key, or an outer key, under a KEK, bound to its place and committed to the KEK: a record opens under one KEK only, which AES-256-GCM
 * alone would not give (`docs/spec/wrapped-key-v1.md`).
 *
 * @param kek - 32 bytes. Borrowed.
 * @param kekUri - the configured URI of the master key as it stands, 512 bytes of UTF-8 at most.
 * @param dek - of the suite's form, or 32 bytes for an outer key. Borrowed.
 * @param provided - what a provider that keeps its key made of `kek`.
 * @throws AppError `internal` for a key of another form or a URI that is too long.
 */
export function wrapDek(
  kek: SecretBytes,
  kekUri: string,
  place: WrapPlace,
  dek: SecretBytes,
  provided?: Buffer,
): WrappedKeyRecord {
  const random = { salt: randomSecret(SALT_BYTES), nonce: randomSecret(NONCE_BYTES) };
  return wrapDekWith(random, { kek, kekUri, place, dek, provided });
}
