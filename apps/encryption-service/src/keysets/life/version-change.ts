import type { EntityManager } from 'typeorm';
import { AppError } from '@app/errors';
import type { Call } from '@app/server';
import type { AuditLog } from '../../audit/audit-log.js';
import { type Act, entryOf, runAct } from '../../audit/audited-acts.js';
import type { ChangedRow } from '../../audit/audit-record.entity.js';
import { type ClientCaller, reaches } from '../../callers/caller.js';
import { changedRow } from '../../integrity/row-seals.js';
import { optionalKey } from '../../master-key/optional-key.js';
import { ENCRYPTION_FORMAT, type EncryptionEntity } from '../rows/encryption.entity.js';
import {
  type EncryptionKeyVersionEntity,
  KEY_VERSION_FORMAT,
} from '../rows/encryption-key-version.entity.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { TenantChanges } from '../rows/tenant-changes.js';

/** Which version somebody acts on, and in which call. */
export interface OnVersion {
  readonly caller: ClientCaller;
  readonly call: Call;
  readonly encryptionId: string;
  readonly versionId: string;
}

/** What stands while the tenant is locked. */
export interface LockedVersion {
  readonly manager: EntityManager;
  /** The client as it is now. */
  readonly caller: ClientCaller;
  readonly encryption: EncryptionEntity;
  readonly version: EncryptionKeyVersionEntity;
}

/** Changes of one version: under the tenant's lock, with their record in the same transaction. */
export class VersionChange {
  constructor(
    private readonly changes: TenantChanges,
    private readonly rows: KeysetRows,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Runs an act on a version. What it refuses goes on record as well.
   *
   * @param prepare - before any lock is taken: a key service may be slow.
   * @param change - changes rows and says which.
   * @returns the version as it is now.
   * @throws AppError `not_found`, `master_key_malformed`, `master_key_not_applicable`, or what `prepare` and `change` throw.
   */
  async run<T>(
    on: OnVersion,
    operation: string,
    prepare: () => Promise<T>,
    change: (locked: LockedVersion, prepared: T) => Promise<readonly ChangedRow[]>,
  ): Promise<EncryptionKeyVersionEntity> {
    const { caller, call, encryptionId, versionId } = on;
    const { tenantId } = caller.client;
    const act: Act = { tenantId, caller, call, operation, encryptionId, versionId };
    return runAct(this.audit, act, async () => {
      if (!reaches(caller, encryptionId)) throw new AppError('not_found');
      const prepared = await prepare();
      return this.changes.run(caller, async (manager, current) => {
        const { encryption, version } = await this.read(manager, on);
        const locked = { manager, caller: current, encryption, version };
        const revisions = await change(locked, prepared);
        await this.audit.append(manager, { ...entryOf(act), revisions });
        return version;
      });
    });
  }

  /** Reads what an act is on, in the order in which it is refused: that it is there, and then the key that came. */
  async read(
    manager: EntityManager,
    { caller, call, encryptionId, versionId }: OnVersion,
  ): Promise<Pick<LockedVersion, 'encryption' | 'version'>> {
    const { tenantId } = caller.client;
    const encryption = await this.rows.get(manager, tenantId, encryptionId);
    const version = await this.rows.getVersion(manager, { tenantId, encryptionId }, versionId);
    optionalKey(call, [encryption]);
    return { encryption, version };
  }

  async writeVersions(
    manager: EntityManager,
    versions: readonly EncryptionKeyVersionEntity[],
  ): Promise<ChangedRow[]> {
    const [{ tenantId } = {}] = versions;
    if (tenantId !== undefined) await this.rows.updateVersions(manager, tenantId, versions);
    return versions.map((version) => changedRow(KEY_VERSION_FORMAT, version));
  }

  async writeEncryption(manager: EntityManager, encryption: EncryptionEntity): Promise<ChangedRow> {
    await this.rows.update(manager, encryption);
    return changedRow(ENCRYPTION_FORMAT, encryption);
  }
}
