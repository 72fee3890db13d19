import {
  checkContext,
  type Context,
  decodeBase64Url,
  parseStrictJson,
  parseUuid,
} from '@app/encoding';
import { invalidField } from '@app/errors';
import { HEADERS } from './wire.js';

const UUID = '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$';

/** Request headers of streams, as a route declares them. */
export const STREAM_HEADERS = {
  encryptionId: {
    name: 'X-Encryption-Id',
    description: 'The encryption.',
    pattern: UUID,
    required: true,
  },
  encryptionVersionId: {
    name: 'X-Encryption-Version-Id',
    description: 'Encrypt under this version instead of the active one.',
    pattern: UUID,
  },
  encryptionContext: {
    name: 'X-Encryption-Context',
    description:
      'The context as unpadded base64url of JSON: text to text, up to 32 entries and 4 KiB. Absent equals {}.',
    pattern: '^[A-Za-z0-9_-]+$',
  },
} as const;

/** What the headers of a stream say. */
export interface StreamTarget {
  readonly encryptionId: string;
  /** Absent: the active version. */
  readonly versionId: string | undefined;
  readonly context: Context;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function parseContext(header: string | string[] | undefined): Context {
  if (header === undefined) return {};
  const { name } = STREAM_HEADERS.encryptionContext;
  let value: unknown;
  try {
    value = parseStrictJson(decodeBase64Url(String(header), name));
  } catch {
    // What is wrong in the JSON has a path of the JSON's own: to the caller the header is one field.
    throw invalidField(name, 'must be unpadded base64url of a JSON object of text to text');
  }
  return checkContext(value, name);
}

/**
 * The headers of a stream that is to be encrypted.
 *
 * @throws AppError `invalid_request`, naming the header; also for one that was given twice.
 */
export function parseEncryptHeaders(headers: Headers): StreamTarget {
  const { encryptionId, encryptionVersionId } = STREAM_HEADERS;
  const version = headers[HEADERS.encryptionVersionId];
  return {
    encryptionId: parseUuid(headers[HEADERS.encryptionId], encryptionId.name),
    versionId: version === undefined ? undefined : parseUuid(version, encryptionVersionId.name),
    context: parseContext(headers[HEADERS.encryptionContext]),
  };
}

/**
 * The headers of a stream that is to be decrypted: which version it is of it says itself.
 *
 * @throws AppError `invalid_request`, naming the header.
 */
export function parseDecryptHeaders(headers: Headers): Omit<StreamTarget, 'versionId'> {
  const { encryptionId, context } = parseEncryptHeaders(headers);
  if (headers[HEADERS.encryptionVersionId] !== undefined)
    throw invalidField(STREAM_HEADERS.encryptionVersionId.name, 'is not taken by this call');
  return { encryptionId, context };
}
