import { KeyServiceError, type KeyServiceReason } from '../remote/key-service.js';
import type { VaultAnswer } from './vault-connection.js';

/** What Vault and OpenBao say, with status 400, of a ciphertext that is not of this key or not of this associated data. */
const REFUSALS = /message authentication failed|^invalid ciphertext/;

function errorsOf(body: unknown): string[] {
  if (typeof body !== 'object' || body === null || !('errors' in body)) return [];
  return Array.isArray(body.errors)
    ? body.errors.filter((one): one is string => typeof one === 'string')
    : [];
}

function reasonOf({ status, body }: VaultAnswer): KeyServiceReason {
  if (status === 429) return 'throttled';
  // 400 is also said of a key that is soft-deleted, gone, or may not open versions as old as this any more.
  if (status === 400) {
    return errorsOf(body).some((text) => REFUSALS.test(text)) ? 'refused' : 'denied';
  }
  if (status === 403 || status === 404 || status === 405) return 'denied';
  // 412, 472 and 473 are said by a standby, 503 by a sealed server, a redirection by a standby that forwards nothing.
  return status >= 300 ? 'unavailable' : 'nonsense';
}

/** An answer that is not the one that was asked for, as the reason that it stands for. Vault's words stay out: they may repeat input. */
export function vaultError(answer: VaultAnswer): KeyServiceError {
  const detail = `Vault: status ${answer.status.toString()}`;
  return new KeyServiceError(reasonOf(answer), detail, answer.retryAfterMillis);
}
