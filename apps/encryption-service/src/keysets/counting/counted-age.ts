import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import type { RenewalNeed } from '../versions/renewal-need.js';

export const DAY_MILLIS = 24 * 60 * 60 * 1000;
/** One in a hundred over the rule, a use waits for the new version. */
const MOST_OVER = 1.01;

/** Whether an active version is too old by the rule of its encryption. */
export function needByAge(
  { everyDays }: EncryptionEntity,
  { state, activatedAt }: EncryptionKeyVersionEntity,
  nowMillis: number,
): RenewalNeed {
  if (everyDays === undefined || activatedAt === undefined || state !== 'active') return 'none';
  const age = nowMillis - activatedAt.getTime();
  if (age >= everyDays * DAY_MILLIS * MOST_OVER) return 'required';
  return age >= everyDays * DAY_MILLIS ? 'wanted' : 'none';
}
