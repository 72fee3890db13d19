/** Who has to act: `caller` changes the request, `service` is ours, `kms` is the key service behind us. */
export type Fault = 'caller' | 'service' | 'kms';

/** How loudly a refusal is logged. */
export type LogLevel = 'info' | 'warn' | 'error';

interface Entry {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly retryable: boolean;
  readonly fault: Fault;
  readonly level: LogLevel;
}

function caller(status: number, title: string, detail: string, retryable = false): Entry {
  return { status, title, detail, retryable, fault: 'caller', level: 'warn' };
}

function service(status: number, title: string, detail: string, retryable = true): Entry {
  return { status, title, detail, retryable, fault: 'service', level: 'error' };
}

/**
 * Every error that leaves either app, by its stable code: status, words and whose fault it is. `detail` is the only text a
 * caller ever sees of an error, so that nothing that was sent, and no message of a library, can stand in an answer.
 */
export const CATALOGUE = Object.freeze({
  invalid_request: caller(
    400,
    'Invalid request',
    'The request does not have the form that this route takes.',
  ),
  invalid_base64: caller(
    400,
    'Invalid base64',
    'A field is not canonical, padded base64 (RFC 4648, section 4).',
  ),
  master_key_malformed: caller(
    400,
    'Master key malformed',
    'X-Master-Key is not the base64 of exactly 32 bytes, given once.',
  ),
  master_key_not_applicable: caller(
    400,
    'Master key not applicable',
    'This encryption is under a platform master key; X-Master-Key must not be sent.',
  ),
  unsupported_algorithm: caller(
    400,
    'Unsupported algorithm',
    'This service does not have the algorithm that was asked for.',
  ),
  unauthenticated: caller(401, 'Unauthenticated', 'The credentials are missing, wrong or expired.'),
  totp_required: caller(
    401,
    'Second factor required',
    'The password is right; a TOTP code is needed as well.',
  ),
  totp_invalid: caller(401, 'Second factor invalid', 'The TOTP code is wrong or was used before.'),
  forbidden: caller(403, 'Forbidden', 'These credentials do not allow this call.'),
  master_key_required: caller(
    403,
    'Master key required',
    'This encryption is under a key of yours: send it as X-Master-Key.',
  ),
  master_key_mismatch: caller(
    403,
    'Master key mismatch',
    'The master key is not the one that wraps these keys.',
  ),
  not_found: caller(404, 'Not found', 'There is no such thing here.'),
  method_not_allowed: caller(
    405,
    'Method not allowed',
    'This address has other methods; see the Allow header.',
  ),
  encryption_disabled: caller(
    409,
    'Encryption disabled',
    'This encryption is disabled or is to be destroyed.',
  ),
  version_not_usable: caller(
    409,
    'Version not usable',
    'The state of this version does not allow this operation.',
  ),
  already_exists: caller(409, 'Already exists', 'There is one already.'),
  conflict: caller(409, 'Conflict', 'The request conflicts with what is there.'),
  version_destroyed: caller(
    410,
    'Version destroyed',
    'The key of this version has been destroyed.',
  ),
  payload_too_large: caller(
    413,
    'Payload too large',
    'The body, or the data in it, is over the limit.',
  ),
  unsupported_media_type: caller(
    415,
    'Unsupported media type',
    'The body must be application/json in UTF-8, without a content encoding.',
  ),
  decryption_failed: caller(
    422,
    'Decryption failed',
    'The blob does not open: it was changed, or it belongs to another place, version or context.',
  ),
  rate_limited: caller(
    429,
    'Rate limited',
    'Too many requests; try again after the time in Retry-After.',
    true,
  ),
  quota_exceeded: caller(
    429,
    'Quota exceeded',
    'The quota is used up; try again after the time in Retry-After.',
    true,
  ),
  locked: caller(
    429,
    'Locked',
    'Too many failures; try again after the time in Retry-After.',
    true,
  ),
  internal: service(
    500,
    'Internal error',
    'Something went wrong here. The request id leads to it in the log.',
    false,
  ),
  encryption_service_rejected: service(
    502,
    'Encryption service rejected',
    "The tenant's encryption service gave an answer that cannot be used.",
    false,
  ),
  kms_unavailable: {
    ...service(
      503,
      'Key service unavailable',
      'The key service that holds the master key cannot be reached.',
    ),
    fault: 'kms' as const,
  },
  database_unavailable: service(503, 'Database unavailable', 'The database cannot be reached.'),
  audit_unavailable: service(
    503,
    'Audit unavailable',
    'The operation could not be recorded, so its result was not released.',
  ),
  shutting_down: service(
    503,
    'Shutting down',
    'This process is stopping; another one will answer.',
  ),
  encryption_service_unavailable: service(
    503,
    'Encryption service unavailable',
    "The tenant's encryption service cannot be reached.",
  ),
} satisfies Record<string, Entry>);

/** A stable error code of the wire contract. */
export type ErrorCode = keyof typeof CATALOGUE;

/** The row of the catalogue for a code. */
export function catalogueEntry(code: ErrorCode): Entry {
  return CATALOGUE[code];
}

/** Whether a text is a code of the catalogue; for codes that arrive over the wire. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(CATALOGUE, text);
}
