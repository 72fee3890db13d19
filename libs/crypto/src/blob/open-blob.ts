import { isUtf8 } from 'node:buffer';
import { decodeBase64, encodeContext, type Context } from '@app/encoding';
import { equalInConstantTime } from '../hazmat/hmac.js';
import { commit, encodeAssociatedData } from './associated-data.js';
import { parseBody } from './blob-body.js';
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
  readonly body: Buffer;
  readonly metadata: ParsedMetadata;
  /** C. */
  readonly context: Buffer;
}

function parseBlob(keys: VersionKeys, input: OpenInput): Blob {
  // What is wrong with the request comes before what is wrong with the blob.
  const body = decodeBase64(input.cipherText, 'cipherText');
  const context = encodeContext(input.context);
  const metadata = parseBlobMetadata(input.metadata, keys.suite);
  const wanted = input.kind ?? 'data';
  if (wanted !== 'any' && metadata.kind !== wanted) throw decryptionFailed();
  return { body, metadata, context };
}

function openAuthentic(keys: VersionKeys, { body, metadata, context }: Blob): Buffer {
  const { nonce, tag, commitment } = metadata;
  const message = parseBody(keys.suite, body);
  if (message === undefined) throw decryptionFailed();
  const aad = encodeAssociatedData(keys, metadata, context);
  // Before any cipher, and before RSA above all: whoever cannot commit learns nothing of what decryption would say.
  if (!equalInConstantTime(commit(keys, nonce, aad, message.sealedKey), commitment)) {
    throw decryptionFailed();
  }
  const data = keys.derived.cipher.open({ nonce, aad }, { ...message, tag });
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
