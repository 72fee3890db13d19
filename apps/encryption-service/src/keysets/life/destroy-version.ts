import type { Clock } from '@app/ambient';
import type { DestroyRequest, VersionAnswer } from '@app/contract';
import { AppError } from '@app/errors';
import type { ChangedRow } from '../../audit/audit-record.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { VersionAnswers } from '../encryptions/version-answers.js';
import { type DestructionRules, schedule, unschedule } from './destruction-rules.js';
import { isDue } from './due.js';
import type { EraseKeys } from './erase-keys.js';
import { stateAfter } from './version-acts.js';
import type { LockedVersion, OnVersion, VersionChange } from './version-change.js';

/** Schedules the destruction of a version, and takes it back. */
export class DestroyVersion {
  constructor(
    private readonly change: VersionChange,
    private readonly rows: KeysetRows,
    private readonly rules: DestructionRules,
    private readonly erase: EraseKeys,
    private readonly answers: VersionAnswers,
    private readonly clock: Clock,
  ) {}

  /**
   * The version is unusable at once; its key is erased when the date has come.
   *
   * @returns the version as it was scheduled.
   * @throws AppError `invalid_request`, `forbidden`, `not_found`, `master_key_*`, `conflict`, `version_destroyed`.
   */
  async destroy(on: OnVersion, request: DestroyRequest): Promise<VersionAnswer> {
    const now = this.clock.now();
    const version = await this.change.run(
      on,
      'destroy-version',
      () => Promise.resolve(this.rules.dateFor(on.caller, request, now)),
      ({ manager, caller, version }, destroyAt) => {
        stateAfter('destroy', version);
        schedule(version, { clientId: caller.client.id, now, destroyAt });
        return this.change.writeVersions(manager, [version]);
      },
    );
    if (isDue(version, this.clock.now())) this.erase.eraseBeside([version]);
    return this.answers.ofOne(version);
  }

  /**
   * The version is again what it was. Where all of its encryption is to be destroyed, the encryption comes back with it, and with the
   * version that was active: an encryption that is not to be destroyed has one. The others stay scheduled.
   *
   * @throws AppError `forbidden`, `not_found`, `master_key_*`, `conflict`; `version_destroyed` from its date on, whether or not its key
   *   has been erased yet.
   */
  async restore(on: OnVersion): Promise<VersionAnswer> {
    const version = await this.change.run(
      on,
      'restore-version',
      () => Promise.resolve(),
      (locked) => this.#restore(locked),
    );
    return this.answers.ofOne(version);
  }

  async #restore(locked: LockedVersion): Promise<readonly ChangedRow[]> {
    const { manager, caller, encryption, version } = locked;
    const now = this.clock.now();
    if (isDue(version, now)) throw new AppError('version_destroyed');
    stateAfter('restore', version);
    const isWhole = encryption.state === 'destroyScheduled';
    const others = isWhole ? await this.#othersScheduled(locked) : [];
    const active = others.filter(({ stateBefore }) => stateBefore === 'active');
    // Whoever had the encryption deleted scheduled its active version; where it had none, no less than one of the others tells.
    const decisive = active.length > 0 || version.stateBefore === 'active' ? active : others;
    this.rules.assertMayRestore(caller, [version, ...decisive]);
    const versions = [version, ...active];
    for (const row of versions) unschedule(row, stateAfter('restore', row));
    const revisions = await this.change.writeVersions(manager, versions);
    if (!isWhole) return revisions;
    encryption.state = encryption.stateBefore ?? 'enabled';
    encryption.stateBefore = undefined;
    encryption.updatedAt = now;
    return [await this.change.writeEncryption(manager, encryption), ...revisions];
  }

  /** The other versions that are to be destroyed. */
  async #othersScheduled({
    manager,
    encryption,
    version,
  }: LockedVersion): Promise<EncryptionKeyVersionEntity[]> {
    const { tenantId, id: encryptionId } = encryption;
    const all = await this.rows.allVersions(manager, { tenantId, encryptionId });
    return all.filter(({ id, state }) => id !== version.id && state === 'destroyScheduled');
  }
}
