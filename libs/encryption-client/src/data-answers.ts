import type { DecryptAnswer, EncryptAnswer, EncryptRequest } from '@app/contract';
import { encodeBase64, isCanonicalBase64 } from '@app/encoding';
import { malformed, readObject, readSameUuid, readText, readUuid } from './fields.js';

/** What is encrypted, and what the blob is bound to. */
export type EncryptInput = Required<Omit<EncryptRequest, 'encryptionVersionId'>>;

const MAX_ALGORITHM_LENGTH = 64;
const MAX_METADATA_LENGTH = 16_384;
/** Fewer bytes of a stream cipher's output may equal the plaintext by chance. */
const TELLING_BYTES = 16;

/**
 * Checks what encrypt answered.
 *
 * @throws AppError `encryption_service_rejected` where it could not be stored and opened again: another encryption, base64 that is not
 * canonical, no metadata object, or the plaintext itself in place of a ciphertext.
 */
export function readBlob(value: unknown, input: EncryptInput): EncryptAnswer {
  const answer = readObject(value, 'body');
  const { cipherText } = answer;
  if (!isCanonicalBase64(cipherText)) throw malformed('cipherText');
  if (isPlaintext(cipherText, input)) throw malformed('cipherText');
  const metadata = readObject(answer['metadata'], 'metadata');
  if (JSON.stringify(metadata).length > MAX_METADATA_LENGTH) throw malformed('metadata');
  return {
    cipherText,
    encryptionId: readSameUuid(answer, 'encryptionId', input.encryptionId),
    encryptionVersionId: readUuid(answer, 'encryptionVersionId'),
    algorithm: readText(answer, 'algorithm', MAX_ALGORITHM_LENGTH),
    metadata,
  };
}

function isPlaintext(cipherText: string, { data, encoding }: EncryptInput): boolean {
  const plaintext = encoding === 'base64' ? data : encodeBase64(Buffer.from(data, 'utf8'));
  return cipherText === plaintext && Buffer.byteLength(plaintext, 'base64') >= TELLING_BYTES;
}

/**
 * Checks what decrypt answered.
 *
 * @throws AppError `encryption_service_rejected` where it is not data in the encoding that it names.
 */
export function readOpenedData(value: unknown): DecryptAnswer {
  const answer = readObject(value, 'body');
  const { data, encoding } = answer;
  if (typeof data !== 'string') throw malformed('data');
  if (encoding !== 'utf8' && encoding !== 'base64') throw malformed('encoding');
  if (encoding === 'base64' && !isCanonicalBase64(data)) throw malformed('data');
  return answer['origin'] === undefined
    ? { data, encoding }
    : { data, encoding, origin: readUuid(answer, 'origin') };
}
