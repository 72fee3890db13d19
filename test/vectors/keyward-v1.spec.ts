import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REJECT_GROUPS, VECTOR_GROUPS } from '../../tools/vectors/groups.js';
import { runVectors, type Verdict } from '../../tools/vectors/run-vectors.js';
import { readVectorFile } from '../../tools/vectors/vector-file.js';

const FILE = readVectorFile(join(import.meta.dirname, 'keyward-v1.json'));
const GROUPS = await runVectors(FILE);

/** The groups of `keyward-signed-v1.json`. */
const OF_OTHER_FILE = ['export', 'receipt', 'recover', 'reject-export', 'reject-receipt'];

function withVerdict(group: string, verdict: Verdict): string[] {
  return [...(GROUPS.get(group) ?? [])].filter(([, found]) => found === verdict).map(([id]) => id);
}

describe('the vectors of formats v1', () => {
  it('are all there: 84 to be met and 40 to be refused', () => {
    expect([FILE.vectors.length, FILE.rejects.length]).toEqual([84, 40]);
  });

  it.each([...GROUPS.keys()])('are met in the group %s', (group) => {
    expect(withVerdict(group, 'wrong')).toEqual([]);
    expect(withVerdict(group, 'not yet')).toEqual([]);
  });

  it('use every group that the project can compute', () => {
    const computable = [...VECTOR_GROUPS.keys(), ...REJECT_GROUPS.keys()].filter(
      (group) => !OF_OTHER_FILE.includes(group),
    );
    expect(computable.filter((group) => withVerdict(group, 'right').length === 0)).toEqual([]);
  });

  it('have no group that is not run', () => {
    const known = [...VECTOR_GROUPS.keys(), ...REJECT_GROUPS.keys()];
    expect([...GROUPS.keys()].filter((group) => !known.includes(group))).toEqual([]);
  });
});
