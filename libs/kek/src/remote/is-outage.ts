import { toAppError } from '@app/errors';
import { KeyServiceError } from './key-service.js';
import { UnusableMasterKey } from './unusable-master-key.js';

/**
 * Whether a failure says that a key service is away for a moment. One that answers, and refuses the use of its key, is not away: somebody
 * has disabled the key or taken the right to it, and what was opened with it must go.
 */
export function isOutage(thrown: unknown): boolean {
  const { code, cause } = toAppError(thrown);
  const reason = cause instanceof UnusableMasterKey ? cause.cause : cause;
  const isDenied = reason instanceof KeyServiceError && reason.reason === 'denied';
  return code === 'kms_unavailable' && !isDenied;
}
