import { parseStrictJson } from '@app/encoding';
import { AppError, catalogueEntry, isErrorCode } from '@app/errors';
import type { WireAnswer } from './transport.js';

const JSON_TYPES = /^application\/(problem\+)?json\s*(;|$)/i;
const SERVICE_UNAVAILABLE = 503;
const MAX_RETRY_AFTER_SECONDS = 86_400;

/**
 * The error that a refusal of a service stands for: the code of its problem, rebuilt from our own catalogue. No text of the service gets
 * into it. What is no problem of the contract is `encryption_service_rejected`, or `encryption_service_unavailable` for a bare 503 as
 * load balancers send it.
 */
export function problemOf(answer: WireAnswer): AppError {
  const code = readCode(answer);
  // What the contract lets it take is not sent if it is larger; a limit below that is not for the caller to cure.
  if (code === 'payload_too_large') return new AppError('encryption_service_rejected');
  if (isErrorCode(code) && catalogueEntry(code).status === answer.status)
    return new AppError(code, retryAfterOf(answer));
  return answer.status === SERVICE_UNAVAILABLE
    ? new AppError('encryption_service_unavailable', {
        retryAfterSeconds: 1,
        ...retryAfterOf(answer),
      })
    : new AppError('encryption_service_rejected');
}

function readCode({ contentType, body }: WireAnswer): unknown {
  if (!JSON_TYPES.test(contentType)) return undefined;
  try {
    const problem = parseStrictJson(body);
    return typeof problem === 'object' && problem !== null && 'code' in problem
      ? problem.code
      : undefined;
  } catch {
    // Not JSON: the status alone decides, as for any other body that is no problem.
    return undefined;
  }
}

function retryAfterOf({ retryAfter }: WireAnswer): { retryAfterSeconds?: number } {
  if (retryAfter === undefined || !/^\d{1,9}$/.test(retryAfter)) return {};
  return { retryAfterSeconds: Math.min(Math.max(Number(retryAfter), 1), MAX_RETRY_AFTER_SECONDS) };
}
