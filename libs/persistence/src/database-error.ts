import {
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  TransactionNotStartedError,
} from 'typeorm';
import { AppError } from '@app/errors';

/** Classes of SQLSTATE: the connection, the server's resources, an operator (who stops the server, or a statement by its timeout). */
const UNAVAILABLE_CLASSES = ['08', '53', '57'];
const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  '25006', // read-only: a standby that took over and is not promoted yet
  '55P03', // lock_timeout
  '25P03', // idle_in_transaction_session_timeout
  '40001', // serialization failure
  '40P01', // deadlock
]);
/** What `pg` says when a query got no answer in time. It goes on waiting for it: the connection can do nothing else any more. */
const SILENCE = 'Query read timeout';
const UNAVAILABLE_MESSAGES = new RegExp(
  `^(${SILENCE}|timeout exceeded when trying to connect|timeout expired|Connection terminated` +
    '|Client has encountered a connection error|Client was closed)',
);
/** What TypeORM says to whoever goes on with a transaction whose connection broke. */
const CUT_SHORT = [
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  TransactionNotStartedError,
];

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  return typeof code === 'string' ? code : codeOf(driverError);
}

function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) {
    return (
      UNAVAILABLE_CODES.has(code) || UNAVAILABLE_CLASSES.some((prefix) => code.startsWith(prefix))
    );
  }
  if (CUT_SHORT.some((kind) => error instanceof kind)) return true;
  return error instanceof Error && UNAVAILABLE_MESSAGES.test(error.message);
}

/** Whether a query got no answer in time, so that its connection must not be used again. */
export function isSilence(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message === SILENCE || isSilence(error.cause);
}

/** Whether a unique constraint or index refused the row (SQLSTATE 23505); `constraint` narrows it to one by name. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (codeOf(error) !== '23505') return false;
  if (constraint === undefined) return true;
  const { driverError } = error as { driverError?: { constraint?: unknown } };
  const named = driverError?.constraint ?? (error as { constraint?: unknown }).constraint;
  return named === constraint;
}

/**
 * Turns what the driver threw into `database_unavailable` (nothing is wrong with the request; trying again may help) or `internal`.
 * The original stays as `cause` for the log, whose serializer leaves out the bound values that it carries.
 */
export function toDatabaseError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return isUnavailable(error)
    ? new AppError('database_unavailable', { cause: error, retryAfterSeconds: 1 })
    : new AppError('internal', { cause: error });
}

/**
 * Waits for a change that names something new: where a unique index refused it, the name or id is taken.
 *
 * @throws AppError `already_exists`, or what `change` throws.
 */
export async function unlessTaken<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (error instanceof AppError && isUniqueViolation(error.cause)) {
      throw new AppError('already_exists', { cause: error });
    }
    throw error;
  }
}
