import { parseStrictJson } from '@app/encoding';
import { AppError, toAppError } from '@app/errors';
import { Fields } from '../vectors/fields.js';
import { VectorFileError } from '../vectors/vector-file-error.js';
import { KatError } from './kat-error.js';
import { KAT_OPERATIONS, type KatResult } from './operations.js';

/** The answer to a case. Without an `id` where the case has none, or is no case at all. */
export type KatAnswer = { readonly id?: unknown } & (
  ({ readonly ok: true } & KatResult) | { readonly ok: false; readonly code: string }
);

async function compute(input: Fields): Promise<KatResult> {
  const name = input.text('op');
  const operation = Object.hasOwn(KAT_OPERATIONS, name) ? KAT_OPERATIONS[name] : undefined;
  if (operation === undefined) throw new KatError('unsupported');
  return await operation(input);
}

function codeOf(error: unknown): string {
  if (error instanceof KatError) return error.code;
  // What keeps to the rules of no field.
  if (error instanceof VectorFileError) return 'invalid_request';
  // Of a function of the library, or of Node.js: a case that is refused is an answer and never the end of the run.
  const { code, cause } = toAppError(error);
  // A size that the library does not take is a mistake of its caller, and here that is the case.
  return error instanceof AppError && cause instanceof RangeError ? 'invalid_request' : code;
}

/**
 * Answers one known-answer test.
 *
 * @param line - one line of JSON, without its end.
 */
export async function answerCase(line: Uint8Array): Promise<KatAnswer> {
  let id: { readonly id?: unknown } = {};
  try {
    const input = new Fields('case', parseStrictJson(line));
    if (input.has('id')) id = { id: input.raw('id') };
    return { ...id, ok: true, ...(await compute(input)) } as KatAnswer;
  } catch (error) {
    return { ...id, ok: false, code: codeOf(error) };
  }
}
