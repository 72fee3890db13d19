import type { ImportRequest } from '@app/contract';
import { EXPORT_PAYLOAD_TYPE, openEnvelope, type OpenedEnvelope } from '@app/crypto';
import { AppError } from '@app/errors';

const PREFIX = 'body.';

/** The file is the body itself: its members are named as those of any other body. */
function withoutPrefix(error: AppError): AppError {
  const errors = error.errors?.map(({ field, message }) => ({
    field: field.startsWith(PREFIX) ? field.slice(PREFIX.length) : field,
    message,
  }));
  return new AppError(error.code, errors === undefined ? {} : { errors });
}

/**
 * Verifies the signature of a file, of which nothing has been parsed.
 *
 * @throws AppError `invalid_request`, naming the member; `payload_too_large`.
 */
export function verifyFile({ payloadType, payload, signatures }: ImportRequest): OpenedEnvelope {
  const envelope = {
    payloadType,
    payload,
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig })),
  };
  try {
    return openEnvelope(envelope, EXPORT_PAYLOAD_TYPE, 'body');
  } catch (error) {
    throw error instanceof AppError ? withoutPrefix(error) : error;
  }
}
