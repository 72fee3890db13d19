import { KeyServiceError, type KeyServiceReason } from '../remote/key-service.js';

/** What is asked of the vault. */
export type AzureOperation = 'wrap' | 'unwrap';

const REASONS: ReadonlyMap<number, KeyServiceReason> = new Map([
  [401, 'denied'],
  // The key is disabled, or this identity lacks the permission.
  [403, 'denied'],
  [404, 'denied'],
  [408, 'unavailable'],
  // The key is being changed.
  [409, 'unavailable'],
  [429, 'throttled'],
]);

/** Answers of a sign-in service (RFC 6749, section 5.2) that another try does not change. */
const SIGN_IN_REFUSED: readonly string[] = [
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'access_denied',
];

/** What this looks at in errors of Azure's SDKs: `RestError` of a vault, and those of the sign-in. */
interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
  readonly details?: { readonly error?: { readonly innerError?: { readonly code?: unknown } } };
  readonly cause?: unknown;
}

function asCode(value: unknown): string | undefined {
  return typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : undefined;
}

/** The code that a sign-in service answered. */
function signInCode({ cause }: SdkError): string | undefined {
  return cause instanceof Error && 'errorCode' in cause ? asCode(cause.errorCode) : undefined;
}

/** The one refusal of the SDK's own: a stranger who answers in place of the vault must not have a token. */
function isForeignChallenge({ message }: SdkError): boolean {
  return message.startsWith('The challenge ');
}

function reasonOfStatus(status: number, operation: AzureOperation): KeyServiceReason {
  if (status < 400) return 'nonsense';
  if (status >= 500) return 'unavailable';
  // A vault says 400 of a ciphertext that is not of its key; of a key to be wrapped, that it is of another kind.
  return REASONS.get(status) ?? (operation === 'unwrap' ? 'refused' : 'denied');
}

function reasonOf(error: SdkError, operation: AzureOperation): KeyServiceReason {
  if (error.code === 'PARSE_ERROR' || error instanceof RangeError) return 'nonsense';
  if (isForeignChallenge(error)) return 'denied';
  if (SIGN_IN_REFUSED.includes(signInCode(error) ?? '')) return 'denied';
  if (typeof error.statusCode !== 'number') return 'unavailable';
  return reasonOfStatus(error.statusCode, operation);
}

function retryAfterMillis({ response }: SdkError): number | undefined {
  const seconds = response?.headers?.get('retry-after');
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function codeOf(error: SdkError): string {
  if (isForeignChallenge(error)) return 'the sign-in challenge names another domain';
  const codes = [error.details?.error?.innerError?.code, error.code, signInCode(error)];
  return codes.map(asCode).find((code) => code !== undefined) ?? error.name;
}

/** What an error of Azure's SDKs means. Of the error itself only its code stays: its request carries the key. */
export function azureError(error: unknown, operation: AzureOperation): KeyServiceError {
  if (error instanceof KeyServiceError) return error;
  if (!(error instanceof Error)) return new KeyServiceError('unavailable', 'Azure Key Vault');
  const reason = reasonOf(error, operation);
  const detail = `Azure Key Vault, ${operation}: ${codeOf(error)}`;
  return new KeyServiceError(reason, detail, retryAfterMillis(error));
}
