import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@app/errors';
import type { Computed } from './check.js';
import type { Fields } from './fields.js';
import { REJECT_GROUPS, VECTOR_GROUPS } from './groups.js';
import { VectorFileError } from './vector-file-error.js';
import type { Reject, Vector, VectorFile } from './vector-file.js';

export type Verdict = 'right' | 'wrong' | 'not yet';

/** What became of each vector of one group, by id. */
export type GroupVerdicts = ReadonlyMap<string, Verdict>;

function agrees(expected: Fields, computed: Readonly<Record<string, unknown>>): boolean {
  return expected.entries.every(([name, value]) => isDeepStrictEqual(value, computed[name]));
}

function agreesWith(vector: Vector, computed: Computed): boolean {
  const complete = vector.result.entries.length === Object.keys(computed.result).length;
  return (
    complete &&
    computed.holds !== false &&
    agrees(vector.result, computed.result) &&
    agrees(vector.steps, computed.steps ?? {})
  );
}

async function judgeVector(vector: Vector): Promise<Verdict> {
  const compute = VECTOR_GROUPS.get(vector.group);
  if (compute === undefined) return 'not yet';
  try {
    const computed = await compute(vector.input);
    if (computed === undefined) return 'not yet';
    return agreesWith(vector, computed) ? 'right' : 'wrong';
  } catch (error) {
    if (error instanceof VectorFileError) throw error;
    // A refusal is the wrong answer here, and so is a crash.
    return 'wrong';
  }
}

function judgeReject(reject: Reject): Verdict {
  try {
    const attempt = REJECT_GROUPS.get(reject.group)?.(reject.input, reject.releasable);
    if (attempt === undefined) return 'not yet';
    attempt();
    return 'wrong';
  } catch (error) {
    if (error instanceof VectorFileError) throw error;
    if (!(error instanceof AppError)) return 'wrong';
    // Only an alarm is an expected `internal`; without one it is a fault of ours that happens to have the code.
    const isExpected = error.code !== 'internal' || error.alarm !== undefined;
    return error.code === reject.code && isExpected ? 'right' : 'wrong';
  }
}

/**
 * Runs vectors through the project's own code.
 *
 * @returns the verdicts by group, in the order of the file.
 * @throws VectorFileError where an input is not of its group's form.
 */
export async function runVectors(file: VectorFile): Promise<ReadonlyMap<string, GroupVerdicts>> {
  const groups = new Map<string, Map<string, Verdict>>();
  const note = (group: string, id: string, verdict: Verdict): void => {
    const verdicts = groups.get(group) ?? new Map<string, Verdict>();
    groups.set(group, verdicts.set(id, verdict));
  };
  for (const vector of file.vectors) note(vector.group, vector.id, await judgeVector(vector));
  for (const reject of file.rejects) note(reject.group, reject.id, judgeReject(reject));
  return groups;
}
