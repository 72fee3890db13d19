import { catalogueEntry, type ErrorCode } from './catalogue.js';
import type { RefusalReason } from './refusal-reason.js';

/** One wrong field of the input: its path, such as `items[3].data`, and what the rule is. Never its value. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface AppErrorOptions {
  /** What was thrown underneath. It is for the log's serializer and never reaches an answer. */
  readonly cause?: unknown;
  /** For wrong input: which fields, and the rule of each. */
  readonly errors?: readonly FieldError[];
  /** For a refusal that time cures: whole seconds, sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** For `method_not_allowed`: what the address does take. */
  readonly allow?: readonly string[];
  /** A constant sentence in place of the catalogue's. It must be a literal: nothing that a caller sent goes in here. */
  readonly detail?: string;
  /** An integrity alarm: stored state was changed behind the application's back. Logged at the level `error`, with this word. */
  readonly alarm?: string;
  /** Of a refusal: which of its causes it was, for log and metrics. It never reaches an answer. */
  readonly reason?: RefusalReason | undefined;
}

/** The one error class of the project. Everything that crosses a library's border is one of these. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly allow: readonly string[] | undefined;
  readonly detail: string;
  readonly alarm: string | undefined;
  readonly reason: RefusalReason | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.allow = options.allow;
    this.detail = options.detail ?? catalogueEntry(code).detail;
    this.alarm = options.alarm;
    this.reason = options.reason;
  }

  get status(): number {
    return catalogueEntry(this.code).status;
  }

  get retryable(): boolean {
    return catalogueEntry(this.code).retryable;
  }
}

/** `invalid_request` for one field. `message` is a rule, never a value. */
export function invalidField(field: string, message: string): AppError {
  return new AppError('invalid_request', { errors: [{ field, message }] });
}

/** The error as an {@link AppError}: itself, or `internal` around what was thrown. */
export function toAppError(error: unknown): AppError {
  return error instanceof AppError ? error : new AppError('internal', { cause: error });
}
