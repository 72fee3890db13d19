import { isUtf8 } from 'node:buffer';
import { decodeBase64, encodeContext, type Context } from '@app/encoding';
import { aeadOf } from '../hazmat/aeads.js';
import { equalInConstantTime } from '../hazmat/hmac.js';
import { commit, encodeAssociatedData } from './associated-data.js';
import {
  DATA_KEY_BYTES,
  parseBlobMetadata,
  type BlobEncoding,
  type BlobKind,
  type ParsedMetadata,
} from './blob-metadata.js';
import { decryptionFailed } from './decryption-failed.js';
import type { VersionKeys } from './version-keys.js';

/** A blob as a caller gave it back, with the context that it was sealed with. */
export interface OpenInput {
  /** The kind that this route opens, or `any` for a route that keeps the kind; `data` unless said. */
  readonly kind?: BlobKind | 'any';
  readonly cipherText: string;
  readonly metadata: unknown;
  readonly context?: Context | undefined;
}

/** What a blob held. */
export interface OpenedBlob {
  /** Owned by the caller, who overwrites it. For the encoding `utf8` it is valid UTF-8. */
  readonly data: Buffer;
  readonly kind: BlobKind;
  readonly encoding: BlobEncoding;
  /** The compromised version that the blob once came from; lower case. */
  readonly origin?: string;
}

function isOfItsKind({ kind, encoding }: ParsedMetadata, data: Buffer): boolean {
  if (kind === 'data-key') return encoding === 'base64' && data.length === DATA_KEY_BYTES;
  // As text it would come back with U+FFFD in it, which is not what was sealed.
  return encoding === 'base64' || isUtf8(data);
}

interface Blob {
  readonly ciphertext: Buffer;
  readonly metadata: ParsedMetadata;
  /** C. */
  readonly context: Buffer;
}

function parseBlob(keys: VersionKeys, input: OpenInput): Blob {
  // What is wrong with the request comes before what is wrong with the blob.
  const ciphertext = decodeBase64(input.cipherText, 'cipherText');
  const context = encodeContext(input.context);
  const metadata = parseBlobMetadata(input.metadata, keys.suite);
  const wanted = input.kind ?? 'data';
  if (wanted !== 'any' && metadata.kind !== wanted) throw decryptionFailed();
  return { ciphertext, metadata, context };
}

function openAuthentic(keys: VersionKeys, { ciphertext, metadata, context }: Blob): Buffer {
  const { nonce, tag, commitment } = metadata;
  const aad = encodeAssociatedData(keys, metadata, context);
  if (!equalInConstantTime(commit(keys, nonce, aad), commitment)) throw decryptionFailed();
  const data = aeadOf(keys.suite).open(
    keys.derived.encryption,
    { nonce, aad },
    { ciphertext, tag },
  );
  if (data === undefined) throw decryptionFailed();
  return data;
}

/**
 * Opens a blob of this version. Nothing that decides is taken from the metadata unless it is authenticated.
 *
 * @throws AppError `invalid_base64` where `cipherText` is not canonical; `invalid_request` where `metadata` is no object or the context
 * is beyond its limits; `decryption_failed` for everything else that does not fit, without saying what.
 */
export function openBlob(keys: VersionKeys, input: OpenInput): OpenedBlob {
  const blob = parseBlob(keys, input);
  const data = openAuthentic(keys, blob);
  if (!isOfItsKind(blob.metadata, data)) {
    data.fill(0);
    throw decryptionFailed();
  }
  const { kind, encoding, origin } = blob.metadata;
  return { data, kind, encoding, ...(origin === undefined ? {} : { origin }) };
}
