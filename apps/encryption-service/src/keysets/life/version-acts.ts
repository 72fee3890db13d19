import type { VersionState } from '@app/contract';
import { AppError } from '@app/errors';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';

/** What somebody can do to one version. Rotation deactivates, and a date that has come destroys: nobody asks for those of a version. */
export type VersionAct = 'suspend' | 'resume' | 'compromise' | 'destroy' | 'restore';

/** `before`: the state that the version had when it was scheduled. `gone`: there is no key to do anything with. */
type ActOutcome = VersionState | 'before' | 'conflict' | 'gone';

/**
 * Every state and every act. What is so already is a conflict too: whoever asks for it takes the version for something else.
 */
const ACT_OUTCOMES: Readonly<Record<VersionState, Readonly<Record<VersionAct, ActOutcome>>>> = {
  active: {
    suspend: 'conflict',
    resume: 'conflict',
    // The one act on it, since a stolen key must not wait: the next version is made with it.
    compromise: 'compromised',
    destroy: 'conflict',
    restore: 'conflict',
  },
  deactivated: {
    suspend: 'suspended',
    resume: 'conflict',
    compromise: 'compromised',
    destroy: 'destroyScheduled',
    restore: 'conflict',
  },
  suspended: {
    suspend: 'conflict',
    // Only what is not active can be suspended, so it never becomes active again.
    resume: 'deactivated',
    compromise: 'compromised',
    destroy: 'destroyScheduled',
    restore: 'conflict',
  },
  compromised: {
    suspend: 'conflict',
    // What was stolen stays stolen.
    resume: 'conflict',
    compromise: 'conflict',
    destroy: 'destroyScheduled',
    restore: 'conflict',
  },
  destroyScheduled: {
    suspend: 'conflict',
    resume: 'conflict',
    compromise: 'conflict',
    destroy: 'conflict',
    restore: 'before',
  },
  destroyed: {
    suspend: 'gone',
    resume: 'gone',
    compromise: 'gone',
    destroy: 'gone',
    restore: 'gone',
  },
};

/**
 * The state of a version after an act.
 *
 * @throws AppError `conflict`, `version_destroyed`.
 */
export function stateAfter(
  act: VersionAct,
  { state, stateBefore }: EncryptionKeyVersionEntity,
): VersionState {
  const outcome = ACT_OUTCOMES[state][act];
  if (outcome === 'gone') throw new AppError('version_destroyed');
  const after = outcome === 'before' ? stateBefore : outcome;
  if (after === undefined || after === 'conflict') throw new AppError('conflict');
  return after;
}
