import type { Decryptable, DecryptAnswer } from '@app/contract';
import { type OpenedBlob, type OpenInput, openBlob, type VersionKeys } from '@app/crypto';
import { checkContext, type Context, isCanonicalBase64 } from '@app/encoding';
import { AppError } from '@app/errors';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';

/** A blob that a caller wants opened. */
export interface Opening {
  readonly versionId: string;
  readonly cipherText: string;
  readonly metadata: Record<string, unknown>;
  readonly context: Context;
  readonly algorithm: string | undefined;
}

/**
 * What is wrong with the request comes before whether there is such an encryption.
 *
 * @throws AppError `invalid_request` (the context), `invalid_base64`.
 */
export function parseOpening(request: Decryptable): Opening {
  const { encryptionVersionId: versionId, cipherText, metadata, algorithm } = request;
  const context = checkContext(request.context, 'context');
  if (!isCanonicalBase64(cipherText)) {
    throw new AppError('invalid_base64', {
      errors: [{ field: 'cipherText', message: 'must be canonical, padded base64' }],
    });
  }
  return { versionId, cipherText, metadata, context, algorithm };
}

/**
 * Opens a blob of a version.
 *
 * @returns what it held; the caller overwrites its data.
 * @throws AppError `decryption_failed`.
 */
export function openUnder(
  keys: VersionKeys,
  version: EncryptionKeyVersionEntity,
  { cipherText, metadata, context, algorithm }: Opening,
  kind: OpenInput['kind'],
): OpenedBlob {
  if (algorithm !== undefined && algorithm !== version.suite)
    throw new AppError('decryption_failed');
  return openBlob(keys, { kind: kind ?? 'data', cipherText, metadata, context });
}

/**
 * What decrypt answers of an opened blob, once it is paid for. Its data is overwritten, whatever comes of that.
 *
 * @throws what `pay` throws.
 */
export async function toPaidAnswer(
  blob: OpenedBlob,
  pay: () => Promise<void>,
): Promise<DecryptAnswer> {
  try {
    await pay();
    return toDecryptAnswer(blob);
  } finally {
    blob.data.fill(0);
  }
}

/** What decrypt answers of an opened blob, whose data is overwritten. */
export function toDecryptAnswer({ data, encoding, origin }: OpenedBlob): DecryptAnswer {
  try {
    return {
      data: data.toString(encoding),
      encoding,
      ...(origin === undefined ? {} : { origin }),
    };
  } finally {
    data.fill(0);
  }
}
