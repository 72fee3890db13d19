import { parseStrictJson } from '@app/encoding';
import { AppError, invalidField } from '@app/errors';
import { ED25519_KEY_BYTES } from '../hazmat/ed25519.js';
import { Members, type MemberNames } from './members.js';
import type { OpenedEnvelope } from './open-envelope.js';

function parseJson(payload: Buffer, path: string): unknown {
  try {
    return parseStrictJson(payload);
  } catch (error) {
    if (!(error instanceof AppError) || error.errors === undefined) throw error;
    // Its paths begin with the payload; here they go on from the envelope.
    const errors = error.errors.map(({ field, message }) => ({
      field: field === 'body' ? path : `${path}.${field}`,
      message,
    }));
    throw new AppError(error.code, { errors });
  }
}

/**
 * The members of a payload whose signature fits, with `v` 1 and the signer's own key in `publicKey`.
 *
 * @param path - how refusals call the payload.
 * @throws AppError `invalid_request`, naming the member.
 */
export function readPayload(opened: OpenedEnvelope, path: string, names: MemberNames): Members {
  const members = new Members(path, parseJson(opened.payload, path), names);
  members.version('v');
  if (!members.bytes('publicKey', ED25519_KEY_BYTES).equals(opened.publicKey))
    throw invalidField(`${path}.publicKey`, 'must be the key that signed');
  return members;
}
