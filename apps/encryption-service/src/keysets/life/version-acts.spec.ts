import { describe, expect, it } from 'vitest';
import { VERSION_STATES, type VersionState } from '@app/contract';
import type { AppError } from '@app/errors';
import { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import { stateAfter, type VersionAct } from './version-acts.js';

const ACTS: readonly VersionAct[] = ['suspend', 'resume', 'compromise', 'destroy', 'restore'];

/** Each state, and what becomes of it by suspend, resume, compromise, destroy and restore; `-` is a conflict. */
const TABLE = `
  active            -          -            compromised  -                 -
  deactivated       suspended  -            compromised  destroyScheduled  -
  suspended         -          deactivated  compromised  destroyScheduled  -
  compromised       -          -            -            destroyScheduled  -
  destroyScheduled  -          -            -            -                 BEFORE
  destroyed         410        410          410          410               410
`;

const CELLS = TABLE.trim()
  .split('\n')
  .flatMap((line) => {
    const [state = '', ...outcomes] = line.trim().split(/\s+/);
    return outcomes.map(
      (outcome, i) => [state as VersionState, ACTS[i] ?? 'restore', outcome] as const,
    );
  });

const BEFORE: readonly VersionState[] = ['active', 'deactivated', 'suspended', 'compromised'];

function outcomeOf(act: VersionAct, state: VersionState, stateBefore?: VersionState): string {
  try {
    return stateAfter(act, Object.assign(new EncryptionKeyVersionEntity(), { state, stateBefore }));
  } catch (error) {
    const { code } = error as AppError;
    return { conflict: '-', version_destroyed: '410' }[code as string] ?? code;
  }
}

describe('what can be done to a version', () => {
  it('is said for every state', () => {
    expect(CELLS.map(([state]) => state)).toEqual(
      expect.arrayContaining([...VERSION_STATES]) as unknown,
    );
    expect(CELLS).toHaveLength(VERSION_STATES.length * ACTS.length);
  });

  it.each(CELLS.filter(([, , outcome]) => outcome !== 'BEFORE'))(
    'of one that is %s, by %s: %s',
    (state, act, outcome) => {
      expect(outcomeOf(act, state)).toBe(outcome);
    },
  );

  it.each(BEFORE)('of one that is to be destroyed and was %s, by restore: the same', (before) => {
    expect(outcomeOf('restore', 'destroyScheduled', before)).toBe(before);
  });
});
