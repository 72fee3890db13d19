import type { Clock } from '@app/ambient';
import type { VersionAnswer } from '@app/contract';
import { AppError } from '@app/errors';
import type { Database } from '@app/persistence';
import type { ChangedRow } from '../../audit/audit-record.entity.js';
import { optionalKey } from '../../master-key/optional-key.js';
import type { VersionAnswers } from '../encryptions/version-answers.js';
import type { Successor, VersionSuccession } from '../versions/version-succession.js';
import { stateAfter, type VersionAct } from './version-acts.js';
import type { LockedVersion, OnVersion, VersionChange } from './version-change.js';

/** Suspends a version, resumes it, or marks it as compromised. */
export class ChangeVersionState {
  constructor(
    private readonly database: Database,
    private readonly change: VersionChange,
    private readonly succession: VersionSuccession,
    private readonly answers: VersionAnswers,
    private readonly clock: Clock,
  ) {}

  /**
   * Once it has been answered it holds on every replica: uses that were under way have been recorded before, or find another revision.
   *
   * @throws AppError `not_found`, `master_key_*`, `rate_limited`, `conflict`, `version_destroyed`, `kms_unavailable`.
   */
  async run(
    on: OnVersion,
    act: Exclude<VersionAct, 'destroy' | 'restore'>,
  ): Promise<VersionAnswer> {
    const version = await this.change.run(
      on,
      `${act}-version`,
      () => (act === 'compromise' ? this.#prepareNext(on) : Promise.resolve(undefined)),
      (locked, next) => this.#apply(locked, act, next),
    );
    return this.answers.ofOne(version);
  }

  /** The version after the active one; undefined where none is to be made, or nobody brought the key for it. */
  async #prepareNext(on: OnVersion): Promise<Successor | undefined> {
    const { tenantId, id: clientId } = on.caller.client;
    const { encryption, version } = await this.database.transaction({ tenantId }, (manager) =>
      this.change.read(manager, on),
    );
    const key = optionalKey(on.call, [encryption]);
    const isWaitedFor = encryption.mode === 'client' && key === undefined;
    if (version.state !== 'active' || isWaitedFor) return undefined;
    const brought = { clientId, key };
    return this.succession.prepare(encryption, version, brought, { whileDisabled: true });
  }

  async #apply(
    { manager, encryption, version }: LockedVersion,
    act: VersionAct,
    next: Successor | undefined,
  ): Promise<readonly ChangedRow[]> {
    const wasActive = version.state === 'active';
    version.state = stateAfter(act, version);
    if (wasActive) version.deactivatedAt = this.clock.now();
    const revisions = await this.change.writeVersions(manager, [version]);
    if (!wasActive) return revisions;
    if (next === undefined) {
      // It became active after it was looked at: the next version has to be made first.
      if (encryption.mode === 'platform') throw new AppError('conflict');
      return revisions;
    }
    const { revisions: more } = await this.succession.succeed(manager, next);
    return [...revisions, ...more];
  }
}
