import { KeyServiceError, type KeyServiceReason } from '../remote/key-service.js';
import { retryAfterMillis } from '../remote/retry-after.js';

/** What AWS KMS answers (its API reference, "Errors" of Encrypt and Decrypt, and "Common Errors"). Whatever else: `unavailable`. */
const REASONS: Readonly<Record<string, KeyServiceReason>> = {
  ThrottlingException: 'throttled',
  Throttling: 'throttled',
  RequestLimitExceeded: 'throttled',
  LimitExceededException: 'throttled',
  TooManyRequestsException: 'throttled',
  AccessDeniedException: 'denied',
  DisabledException: 'denied',
  InvalidArnException: 'denied',
  InvalidClientTokenId: 'denied',
  InvalidGrantTokenException: 'denied',
  InvalidKeyUsageException: 'denied',
  InvalidSignatureException: 'denied',
  KMSInvalidStateException: 'denied',
  MissingAuthenticationToken: 'denied',
  NotAuthorized: 'denied',
  NotFoundException: 'denied',
  OptInRequired: 'denied',
  UnrecognizedClientException: 'denied',
  IncorrectKeyException: 'refused',
  InvalidCiphertextException: 'refused',
};

function headersOf(error: object): Record<string, unknown> {
  const response: unknown = '$response' in error ? error.$response : undefined;
  if (typeof response !== 'object' || response === null || !('headers' in response)) return {};
  return (response.headers ?? {}) as Record<string, unknown>;
}

/** What the SDK threw, as the reason that it stands for. */
export function awsError(thrown: unknown): KeyServiceError {
  if (thrown instanceof KeyServiceError) return thrown;
  if (!(thrown instanceof Error)) return new KeyServiceError('unavailable', 'AWS KMS');
  // A name that is not of that form may be the text of somebody in between.
  const name = /^[A-Za-z]{1,64}$/.test(thrown.name) ? thrown.name : 'error';
  const reason = Object.hasOwn(REASONS, name) ? REASONS[name] : undefined;
  const asked = retryAfterMillis(headersOf(thrown)['retry-after']);
  return new KeyServiceError(reason ?? 'unavailable', `AWS KMS: ${name}`, asked);
}
