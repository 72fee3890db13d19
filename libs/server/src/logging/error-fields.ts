import { AppError } from '@app/errors';

/** What the log says of an error. */
export interface ErrorFields {
  readonly errorType: string;
  readonly code?: string;
  readonly detail?: string;
  readonly constraint?: string;
  readonly frames?: readonly string[];
  readonly cause?: ErrorFields;
}

// Errors of the language and of system calls are worded by the engine, from names and not from values.
const SPOKEN = new Set(['TypeError', 'ReferenceError', 'RangeError']);
const MAX_FRAMES = 8;
const MAX_CAUSES = 4;

function textAt(error: object, key: string): string | undefined {
  const value: unknown = (error as Record<string, unknown>)[key];
  return typeof value === 'string' ? value : undefined;
}

function framesOf(error: Error): string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, MAX_FRAMES)
    .map((line) => line.trim());
}

function detailOf(error: Error): string | undefined {
  if (error instanceof AppError) return error.detail;
  return SPOKEN.has(error.name) || textAt(error, 'syscall') !== undefined
    ? error.message
    : undefined;
}

function fieldsOf(error: unknown, causesLeft: number): ErrorFields {
  if (!(error instanceof Error)) return { errorType: typeof error };
  const driver = (error as { driverError?: unknown }).driverError;
  const from = driver instanceof Error ? driver : error;
  const code = textAt(from, 'code');
  const constraint = textAt(from, 'constraint');
  const detail = detailOf(from);
  return {
    errorType: error.name,
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    ...(constraint === undefined ? {} : { constraint }),
    frames: framesOf(error),
    ...(error.cause === undefined || causesLeft === 0
      ? {}
      : { cause: fieldsOf(error.cause, causesLeft - 1) }),
  };
}

/**
 * An error for the log, without the messages of libraries: a message of the database driver carries bound values, one of a parser
 * quotes its input, and pino's own serializer would print both.
 */
export function errorFields(error: unknown): ErrorFields {
  return fieldsOf(error, MAX_CAUSES);
}
