import { KeyServiceError, type KeyServiceReason } from '../remote/key-service.js';

/** What is asked of the service. */
export type GcpOperation = 'encrypt' | 'decrypt';

/** Codes of gRPC. */
const INVALID_ARGUMENT = 3;
const REASONS: ReadonlyMap<number, KeyServiceReason> = new Map([
  // There is no such key.
  [5, 'denied'],
  // This identity lacks the permission.
  [7, 'denied'],
  [8, 'throttled'],
  // The version of the key is disabled, or its destruction is scheduled.
  [9, 'denied'],
  // UNIMPLEMENTED: whoever answers is no KMS.
  [12, 'nonsense'],
  [16, 'denied'],
]);

function reasonOf(code: number | undefined, operation: GcpOperation): KeyServiceReason {
  // Of a ciphertext that is not of this key, or of other associated data.
  if (code === INVALID_ARGUMENT) return operation === 'decrypt' ? 'refused' : 'denied';
  return REASONS.get(code ?? -1) ?? 'unavailable';
}

/** What an error of Google's SDK means. Of the error itself only its code stays. */
export function gcpError(error: unknown, operation: GcpOperation): KeyServiceError {
  if (error instanceof KeyServiceError) return error;
  const found = error instanceof Error && 'code' in error ? error.code : undefined;
  const code = typeof found === 'number' ? found : undefined;
  const status = code === undefined ? 'error' : `status ${code.toString()}`;
  return new KeyServiceError(
    reasonOf(code, operation),
    `Google Cloud KMS, ${operation}: ${status}`,
  );
}
