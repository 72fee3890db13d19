import { DecryptRequest, parseDto } from '@app/contract';
import { openBlob } from '@app/crypto';
import { checkContext, parseStrictJson } from '@app/encoding';
import { AppError, invalidField, toAppError } from '@app/errors';
import type { RecoveryKeys } from './recovery-keys.js';

/** What a line is answered with: the data of its blob, or why there is none. */
export type RecoveryAnswer =
  | { readonly id?: unknown; readonly data: string; readonly encoding: 'utf8' | 'base64' }
  | { readonly id?: unknown; readonly error: { readonly code: string } };

interface Line {
  readonly id: { readonly id?: unknown };
  readonly body: unknown;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The `id` is the caller's own: it is not looked at, and comes back as it was. */
function parseLine(bytes: Uint8Array): Line {
  const value = parseStrictJson(bytes);
  if (!isObject(value)) throw invalidField('body', 'must be an object');
  const { id, ...body } = value;
  return { id: Object.hasOwn(value, 'id') ? { id } : {}, body };
}

function open(keys: RecoveryKeys, body: unknown): RecoveryAnswer {
  const request = parseDto(DecryptRequest, body);
  const context = checkContext(request.context, 'context');
  const version = keys.keysOf(request.encryptionId, request.encryptionVersionId);
  if (request.algorithm !== undefined && request.algorithm !== version.suite.name)
    throw new AppError('decryption_failed');
  const { cipherText, metadata } = request;
  const { data, encoding } = openBlob(version, { kind: 'any', cipherText, metadata, context });
  const text = data.toString(encoding);
  data.fill(0);
  return { data: text, encoding };
}

/**
 * Opens the blob of one line: decrypt's body, and optionally an `id` that comes back with the answer.
 *
 * @param line - one line of JSON, without its end.
 * @returns the answer; it throws nothing that the line is the cause of.
 */
export function recoverLine(keys: RecoveryKeys, line: Uint8Array): RecoveryAnswer {
  let id: Line['id'] = {};
  try {
    const parsed = parseLine(line);
    id = parsed.id;
    return { ...id, ...open(keys, parsed.body) };
  } catch (error) {
    return { ...id, error: { code: toAppError(error).code } };
  }
}
