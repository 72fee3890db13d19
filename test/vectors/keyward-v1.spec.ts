import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REJECT_GROUPS, VECTOR_GROUPS } from '../../tools/vectors/groups.js';
import { runVectors, type Verdict } from '../../tools/vectors/run-vectors.js';
import { readVectorFile } from '../../tools/vectors/vector-file.js';

const FILE = readVectorFile(join(import.meta.dirname, 'keyward-v1.json'));
const GROUPS = runVectors(FILE);

/** Vectors that need a suite or a mode which is not there yet. A group is listed whole where none of it is there. */
const NOT_YET: Readonly<Record<string, readonly string[]>> = {
  derive: ['derive-01', 'derive-02', 'derive-03'],
  'member-seal': ['member-seal-01', 'member-seal-02', 'member-seal-03'],
  'member-private-key': ['member-private-key-01'],
};

/** The groups of `keyward-signed-v1.json`. */
const OF_OTHER_FILE = ['export', 'receipt', 'recover', 'reject-export', 'reject-receipt'];

function withVerdict(group: string, verdict: Verdict): string[] {
  return [...(GROUPS.get(group) ?? [])].filter(([, found]) => found === verdict).map(([id]) => id);
}

describe('the vectors of formats v1', () => {
  it('are all there: 84 to be met and 40 to be refused', () => {
    expect([FILE.vectors.length, FILE.rejects.length]).toEqual([84, 40]);
  });

  it.each([...GROUPS.keys()])(
    'are met in the group %s, but for those that are known not to be there yet',
    (group) => {
      expect(withVerdict(group, 'wrong')).toEqual([]);
      expect(withVerdict(group, 'not yet')).toEqual(NOT_YET[group] ?? []);
    },
  );

  it('use every group that the project can compute', () => {
    const computable = [...VECTOR_GROUPS.keys(), ...REJECT_GROUPS.keys()].filter(
      (group) => !OF_OTHER_FILE.includes(group),
    );
    expect(computable.filter((group) => withVerdict(group, 'right').length === 0)).toEqual([]);
  });

  it('have no group that is neither run nor known to come later', () => {
    const known = [...VECTOR_GROUPS.keys(), ...REJECT_GROUPS.keys(), ...Object.keys(NOT_YET)];
    expect([...GROUPS.keys()].filter((group) => !known.includes(group))).toEqual([]);
    expect(Object.keys(NOT_YET).filter((group) => !GROUPS.has(group))).toEqual([]);
  });
});
