import { AppError } from '@app/errors';

const UNAVAILABLE_CLASSES = ['08', '53', '57P'];
const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  '57014', // statement_timeout
  '55P03', // lock_timeout
  '25P03', // idle_in_transaction_session_timeout
  '40001', // serialization failure
  '40P01', // deadlock
]);
const UNAVAILABLE_MESSAGES =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/;

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
  return error instanceof Error && UNAVAILABLE_MESSAGES.test(error.message);
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
