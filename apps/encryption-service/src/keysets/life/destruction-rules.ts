import { type ClientScope, DEFAULT_DESTROY_AFTER_DAYS, type DestroyRequest } from '@app/contract';
import { AppError, invalidField } from '@app/errors';
import type { ClientCaller } from '../../callers/caller.js';
import { DAY_MILLIS } from '../counting/counted-age.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';

/** Any destruction, at any date, and any restore. */
const ANY: ClientScope = 'keys:destroy';
/** Whoever may only request one leaves so many days to others to take it back. */
const LEAST_DAYS_OF_REQUEST = 7;

/** Who may have what destroyed, and when. */
export class DestructionRules {
  /** @param leastDays - the operator's least, for everybody. */
  constructor(private readonly leastDays: number) {}

  /**
   * When a key is to be erased that a client wants destroyed.
   *
   * @throws AppError `forbidden`, `invalid_request`.
   */
  dateFor({ client }: ClientCaller, { afterDays }: DestroyRequest, now: Date): Date {
    const days = afterDays ?? Math.max(DEFAULT_DESTROY_AFTER_DAYS, this.leastDays);
    if (days < LEAST_DAYS_OF_REQUEST && !client.scopes.includes(ANY))
      throw new AppError('forbidden');
    if (days < this.leastDays)
      throw invalidField('afterDays', `must be at least ${String(this.leastDays)} here`);
    return new Date(now.getTime() + days * DAY_MILLIS);
  }

  /**
   * Whether a client may take back what was scheduled.
   *
   * @throws AppError `forbidden`.
   */
  assertMayRestore(
    { client }: ClientCaller,
    versions: readonly EncryptionKeyVersionEntity[],
  ): void {
    if (client.scopes.includes(ANY)) return;
    if (versions.some(({ scheduledBy }) => scheduledBy !== client.id))
      throw new AppError('forbidden');
  }
}

/** Schedules a version's destruction. What was scheduled before is at most brought forward: who may take it back stays the same. */
export function schedule(
  version: EncryptionKeyVersionEntity,
  by: { readonly clientId: string; readonly now: Date; readonly destroyAt: Date },
): void {
  version.destroyAt = by.destroyAt;
  if (version.state === 'destroyScheduled') return;
  version.stateBefore = version.state;
  version.state = 'destroyScheduled';
  version.scheduledBy = by.clientId;
  version.scheduledAt = by.now;
}

/** Takes a version's destruction back. */
export function unschedule(
  version: EncryptionKeyVersionEntity,
  state: EncryptionKeyVersionEntity['state'],
): void {
  version.state = state;
  version.stateBefore = undefined;
  version.scheduledBy = undefined;
  version.scheduledAt = undefined;
  version.destroyAt = undefined;
}
