import { decodeBase64, isCanonicalBase64, isUuid } from '@app/encoding';
import { invalidField } from '@app/errors';
import type { Suite } from '../suites.js';
import { decryptionFailed } from './decryption-failed.js';

/** What a blob holds: data of a caller, or a data key. One is never opened as the other. */
export type BlobKind = 'data' | 'data-key';

/** What is sealed under a version, blob or stream; part of what each is bound to. */
export type SealedKind = BlobKind | 'stream';

/** How the plaintext was given, and is given back. */
export type BlobEncoding = 'utf8' | 'base64';

/** The public part of a blob, `docs/spec/blob-v1.md`: these members and no others, bytes in base64. */
export interface BlobMetadata {
  readonly v: 1;
  readonly kind: BlobKind;
  readonly encoding: BlobEncoding;
  readonly iv: string;
  readonly tag: string;
  readonly commitment: string;
  /** The compromised version that the blob was re-encrypted from; lower case. */
  readonly origin?: string;
}

/** Metadata that was read: its form is right, nothing in it is authentic yet. */
export interface ParsedMetadata {
  readonly kind: BlobKind;
  readonly encoding: BlobEncoding;
  readonly nonce: Buffer;
  readonly tag: Buffer;
  readonly commitment: Buffer;
  readonly origin: string | undefined;
}

/** Bytes of a data key. */
export const DATA_KEY_BYTES = 32;
/** Bytes of a commitment: HMAC-SHA-256, never shortened. */
const COMMITMENT_BYTES = 32;

const REQUIRED = ['v', 'kind', 'encoding', 'iv', 'tag', 'commitment'] as const;

function assertMembers(metadata: object): void {
  const origin = Object.hasOwn(metadata, 'origin') ? 1 : 0;
  const complete = REQUIRED.every((name) => Object.hasOwn(metadata, name));
  if (!complete || Object.keys(metadata).length !== REQUIRED.length + origin)
    throw decryptionFailed();
}

function parseKind(kind: unknown): BlobKind {
  if (kind !== 'data' && kind !== 'data-key') throw decryptionFailed();
  return kind;
}

function parseEncoding(encoding: unknown): BlobEncoding {
  if (encoding !== 'utf8' && encoding !== 'base64') throw decryptionFailed();
  return encoding;
}

function parseBytes(text: unknown, bytes: number): Buffer {
  // Only the one canonical spelling, or one blob would have several, and a copy could pass for another.
  const decoded = isCanonicalBase64(text) ? decodeBase64(text, 'metadata') : undefined;
  if (decoded?.length !== bytes) throw decryptionFailed();
  return decoded;
}

function parseOrigin(origin: unknown): string {
  if (!isUuid(origin) || origin !== origin.toLowerCase()) throw decryptionFailed();
  return origin;
}

/**
 * Reads metadata as a caller gave it back, out of strict JSON.
 *
 * @throws AppError `invalid_request` where it is no object; `decryption_failed` for anything wrong inside it.
 */
export function parseBlobMetadata(metadata: unknown, suite: Suite): ParsedMetadata {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw invalidField('metadata', 'must be an object');
  }
  assertMembers(metadata);
  const fields = metadata as Record<string, unknown>;
  if (fields['v'] !== 1) throw decryptionFailed();
  return {
    kind: parseKind(fields['kind']),
    encoding: parseEncoding(fields['encoding']),
    nonce: parseBytes(fields['iv'], suite.nonceBytes),
    tag: parseBytes(fields['tag'], suite.tagBytes),
    commitment: parseBytes(fields['commitment'], COMMITMENT_BYTES),
    origin: Object.hasOwn(fields, 'origin') ? parseOrigin(fields['origin']) : undefined,
  };
}
