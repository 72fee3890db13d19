import { isUtf8 } from 'node:buffer';
import { encodeBase64, encodeContext, type Context } from '@app/encoding';
import { AppError } from '@app/errors';
import type { Sealing } from '../hazmat/aead.js';
import { randomNonce } from '../hazmat/random.js';
import { commit, encodeAssociatedData, type BlobBinding } from './associated-data.js';
import { encodeBody } from './blob-body.js';
import { DATA_KEY_BYTES, type BlobKind, type BlobMetadata } from './blob-metadata.js';
import type { SealedMessage } from './message-cipher.js';
import type { VersionKeys } from './version-keys.js';

/** What is sealed, and what it is bound to. */
export interface SealInput extends BlobBinding {
  readonly kind: BlobKind;
  /** The plaintext; for the encoding `utf8` valid UTF-8, for the kind `data-key` exactly 32 bytes. Borrowed. */
  readonly data: Buffer;
  /** Authenticated, not stored: opening needs the same. */
  readonly context?: Context | undefined;
}

/** A blob of `docs/spec/blob-v1.md`. */
export interface SealedBlob {
  /** The ciphertext without the tag, in base64; with the message's sealed key before it in a suite that has one. */
  readonly cipherText: string;
  readonly metadata: BlobMetadata;
}

function assertSealable({ kind, encoding, data }: SealInput): void {
  // What would not open again must not be sealed.
  const opens =
    kind === 'data-key' ? encoding === 'base64' && data.length === DATA_KEY_BYTES : true;
  if (!opens || (encoding === 'utf8' && !isUtf8(data))) {
    throw new AppError('internal', {
      cause: new TypeError('the data is not of its kind and encoding'),
    });
  }
}

/** The blob of a message that was sealed. */
export function formBlob(
  keys: VersionKeys,
  input: SealInput,
  { nonce, aad }: Sealing,
  message: SealedMessage,
): SealedBlob {
  return {
    cipherText: encodeBase64(encodeBody(message)),
    metadata: {
      v: 1,
      kind: input.kind,
      encoding: input.encoding,
      iv: encodeBase64(nonce),
      tag: encodeBase64(message.tag),
      commitment: encodeBase64(commit(keys, nonce, aad, message.sealedKey)),
      ...(input.origin === undefined ? {} : { origin: input.origin.toLowerCase() }),
    },
  };
}

/** {@link sealBlob} with its nonce given: for vectors, which alone may do so. A nonce used twice gives the key stream away. */
export function sealBlobWith(nonce: Buffer, keys: VersionKeys, input: SealInput): SealedBlob {
  assertSealable(input);
  const aad = encodeAssociatedData(keys, input, encodeContext(input.context));
  const sealing = { nonce, aad };
  return formBlob(keys, input, sealing, keys.derived.cipher.seal(sealing, input.data));
}

/**
 * Seals data under a version's keys, bound to the version's place, kind, encoding, origin and context. The caller counts the message
 * against the suite's limit before; no size limit is enforced here.
 *
 * @throws AppError `invalid_request` for a context beyond its limits; `internal` for data that is not of its kind and encoding.
 */
export function sealBlob(keys: VersionKeys, input: SealInput): SealedBlob {
  return sealBlobWith(randomNonce(keys.suite.nonceBytes), keys, input);
}
