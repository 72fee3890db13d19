import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REJECT_GROUPS, VECTOR_GROUPS } from '../../tools/vectors/groups.js';
import { runVectors, type Verdict } from '../../tools/vectors/run-vectors.js';
import { readVectorFile } from '../../tools/vectors/vector-file.js';

const FILE = readVectorFile(join(import.meta.dirname, 'keyward-v1.json'));
const GROUPS = runVectors(FILE);

/** Vectors that need a suite or a mode which is not there yet. A group is listed whole where none of it is there. */
const NOT_YET: Readonly<Record<string, readonly string[]>> = {
  'wrap-local': ['wrap-local-02', 'wrap-local-03', 'wrap-local-04'],
  'wrap-provider': ['wrap-provider-02'],
  'wrap-client': ['wrap-client-01', 'wrap-client-02', 'wrap-client-03'],
  'wrap-outer-key': ['wrap-outer-key-01'],
  'blob-chacha': ['blob-chacha-01', 'blob-chacha-02', 'blob-chacha-03'],
  'blob-xaes': ['blob-xaes-01', 'blob-xaes-02', 'blob-xaes-03', 'blob-xaes-04'],
  'blob-rsa': ['blob-rsa-01', 'blob-rsa-02', 'blob-rsa-03'],
  'data-key': ['data-key-02', 'data-key-03'],
  inner: ['inner-01', 'inner-02'],
  stream: ['stream-01', 'stream-02', 'stream-03', 'stream-04', 'stream-05', 'stream-06'],
  derive: ['derive-01', 'derive-02', 'derive-03'],
  'member-seal': ['member-seal-01', 'member-seal-02', 'member-seal-03'],
  'member-private-key': ['member-private-key-01'],
  'reject-stream': ['reject-stream-01', 'reject-stream-02', 'reject-stream-03', 'reject-stream-04'],
  'reject-blob': [
    'reject-blob-13',
    'reject-blob-14',
    'reject-blob-15',
    'reject-blob-28',
    'reject-blob-29',
  ],
  'reject-wrap': ['reject-wrap-05', 'reject-wrap-06', 'reject-wrap-07'],
};

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
    const computable = [...VECTOR_GROUPS.keys(), ...REJECT_GROUPS.keys()];
    expect(computable.filter((group) => withVerdict(group, 'right').length === 0)).toEqual([]);
  });

  it('have no group that is neither run nor known to come later', () => {
    const known = [...VECTOR_GROUPS.keys(), ...REJECT_GROUPS.keys(), ...Object.keys(NOT_YET)];
    expect([...GROUPS.keys()].filter((group) => !known.includes(group))).toEqual([]);
    expect(Object.keys(NOT_YET).filter((group) => !GROUPS.has(group))).toEqual([]);
  });
});
