import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runVectors } from '../../tools/vectors/run-vectors.js';
import { readVectorFile } from '../../tools/vectors/vector-file.js';

const FILE = readVectorFile(join(import.meta.dirname, 'keyward-signed-v1.json'));
const GROUPS = await runVectors(FILE);

describe('the vectors of what is signed, v1', () => {
  it('are all there: 19 to be met and 36 to be refused', () => {
    expect([FILE.vectors.length, FILE.rejects.length]).toEqual([19, 36]);
  });

  it('are of five groups', () => {
    expect([...GROUPS.keys()].toSorted()).toEqual([
      'export',
      'receipt',
      'recover',
      'reject-export',
      'reject-receipt',
    ]);
  });

  it.each([...GROUPS.keys()])('are all right in the group %s', (group) => {
    const verdicts = [...(GROUPS.get(group) ?? [])];
    expect(verdicts.filter(([, verdict]) => verdict !== 'right')).toEqual([]);
  });
});
