import { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';

/** Whether the date of a version's destruction has come, and its key is still there. */
export function isDue({ state, destroyAt }: EncryptionKeyVersionEntity, now: Date): boolean {
  return state === 'destroyScheduled' && destroyAt !== undefined && destroyAt <= now;
}

/** A version as it counts at a time: one whose date has come is destroyed, also where nobody has erased its key yet. */
export function asOf(version: EncryptionKeyVersionEntity, now: Date): EncryptionKeyVersionEntity {
  if (!isDue(version, now)) return version;
  // Not the row itself: what was read may be written again, and remembered.
  return Object.assign(new EncryptionKeyVersionEntity(), version, { state: 'destroyed' });
}
