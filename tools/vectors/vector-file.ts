import { readFileSync } from 'node:fs';
import { parseStrictJson } from '@app/encoding';
import { AppError, isErrorCode, type ErrorCode } from '@app/errors';
import { Fields } from './fields.js';
import { VectorFileError } from './vector-file-error.js';

/** A value to be met byte for byte, with every input and every step between. */
export interface Vector {
  readonly id: string;
  readonly group: string;
  readonly input: Fields;
  readonly steps: Fields;
  readonly result: Fields;
}

/** An input with one thing wrong, and the code to be met. */
export interface Reject {
  readonly id: string;
  readonly group: string;
  readonly input: Fields;
  readonly code: ErrorCode;
  /** For a stream: how many bytes of plaintext may be given out before the refusal. */
  readonly releasable: number | undefined;
}

export interface VectorFile {
  readonly vectors: readonly Vector[];
  readonly rejects: readonly Reject[];
}

const FORMAT = 'keyward/v1';

function readVector(entry: Fields): Vector {
  const id = entry.text('id');
  return {
    id,
    group: entry.text('group'),
    input: new Fields(`${id}: in`, entry.raw('in')),
    steps: new Fields(`${id}: mid`, entry.raw('mid') ?? {}),
    result: new Fields(`${id}: out`, entry.raw('out')),
  };
}

function readReject(entry: Fields): Reject {
  const id = entry.text('id');
  const code = entry.text('code');
  if (!isErrorCode(code)) throw new VectorFileError(`${id}: code must be one of the catalogue`);
  const input = new Fields(`${id}: in`, entry.raw('in'));
  const releasable = entry.has('releasable') ? entry.count('releasable') : undefined;
  return { id, group: entry.text('group'), input, code, releasable };
}

function assertDistinct(ids: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw new VectorFileError(`${id} is there twice`);
    seen.add(id);
  }
}

function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return parseStrictJson(bytes);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const problem = error.errors?.[0];
    throw new VectorFileError(
      `${name} is not strict JSON: ${problem?.field ?? 'body'} ${problem?.message ?? ''}`,
    );
  }
}

/**
 * The vectors of a file. `vectors` and `rejects` may each be absent.
 *
 * @param name - what messages call the file.
 * @throws VectorFileError where it has another form.
 */
export function parseVectorFile(bytes: Uint8Array, name: string): VectorFile {
  const file = new Fields(name, parseJson(bytes, name));
  if (file.raw('format') !== FORMAT)
    throw new VectorFileError(`${name} has no "format": "${FORMAT}"`);
  if (!file.has('vectors') && !file.has('rejects')) {
    throw new VectorFileError(`${name} has neither vectors nor rejects`);
  }
  const vectors = file.has('vectors') ? file.objects('vectors').map(readVector) : [];
  const rejects = file.has('rejects') ? file.objects('rejects').map(readReject) : [];
  assertDistinct([...vectors, ...rejects].map(({ id }) => id));
  return { vectors, rejects };
}

/**
 * Reads a file of vectors.
 *
 * @throws VectorFileError where it cannot be read or has another form.
 */
export function readVectorFile(path: string): VectorFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new VectorFileError(`${path} cannot be read (${reason})`);
  }
  return parseVectorFile(bytes, path);
}
