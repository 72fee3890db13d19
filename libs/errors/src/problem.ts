import type { AppError, FieldError } from './app-error.js';
import { catalogueEntry, type ErrorCode, type Fault } from './catalogue.js';

/** The body of every error answer, `application/problem+json` (RFC 9457, section 3). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly requestId: string;
  readonly retryable: boolean;
  readonly fault: Fault;
  readonly errors?: readonly FieldError[];
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Renders an error for the wire. Only catalogue texts, rules and the request id go in. */
export function toProblem(error: AppError, requestId: string): Problem {
  const { status, title, retryable, fault } = catalogueEntry(error.code);
  return {
    type: `urn:keyward:problem:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.detail,
    requestId,
    retryable,
    fault,
    ...(error.errors ? { errors: error.errors } : {}),
  };
}
