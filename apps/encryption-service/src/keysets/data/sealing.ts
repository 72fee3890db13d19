import { type Encryptable, type EncryptAnswer, type Encoding, MAX_DATA_BYTES } from '@app/contract';
import { sealBlob, type SealInput, type VersionKeys } from '@app/crypto';
import { checkContext, type Context, decodeBase64 } from '@app/encoding';
import { AppError } from '@app/errors';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';

/** What a body must have room for besides the data, so that decrypt can take back what encrypt answered. */
const BODY_OVERHEAD_BYTES = 48 * 1024;

/** Bytes of data in one call at most: 5 MiB, or what decrypt's body holds where that is configured smaller. */
export function dataLimit(bodyBytes: number): number {
  return Math.min(MAX_DATA_BYTES, Math.floor(((bodyBytes - BODY_OVERHEAD_BYTES) * 3) / 4));
}

/** What a caller wants sealed. */
export interface Sealable {
  /** Owned by whoever parsed it, who overwrites it. */
  readonly data: Buffer;
  readonly encoding: Encoding;
  readonly context: Context;
  /** Absent: the active version. */
  readonly versionId: string | undefined;
}

/** @throws AppError `invalid_request` (the context), `invalid_base64`, `payload_too_large`. */
export function parseSealable(request: Encryptable, maxBytes: number): Sealable {
  const { encoding = 'utf8', encryptionVersionId: versionId } = request;
  const context = checkContext(request.context, 'context');
  const data =
    encoding === 'base64' ? decodeBase64(request.data, 'data') : Buffer.from(request.data, 'utf8');
  if (data.length > maxBytes) throw new AppError('payload_too_large');
  return { data, encoding, context, versionId };
}

/** Seals under a version, and says so. */
export function sealUnder(
  keys: VersionKeys,
  version: EncryptionKeyVersionEntity,
  input: SealInput,
): EncryptAnswer {
  const { cipherText, metadata } = sealBlob(keys, input);
  return {
    cipherText,
    encryptionId: version.encryptionId,
    encryptionVersionId: version.id,
    algorithm: version.suite,
    metadata: { ...metadata },
  };
}
