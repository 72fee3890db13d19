import type { EntityManager } from 'typeorm';
import type { Clock } from '@app/ambient';
import type { DestroyRequest } from '@app/contract';
import { AppError } from '@app/errors';
import type { Call } from '@app/server';
import type { AuditLog } from '../../audit/audit-log.js';
import { entryOf, runAct } from '../../audit/audited-acts.js';
import { type ClientCaller, reaches } from '../../callers/caller.js';
import { optionalKey } from '../../master-key/optional-key.js';
import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { TenantChanges } from '../rows/tenant-changes.js';
import { type DestructionRules, schedule } from './destruction-rules.js';
import { isDue } from './due.js';
import type { EraseKeys } from './erase-keys.js';
import type { VersionChange } from './version-change.js';

/** Schedules the destruction of all versions of an encryption, and so of itself. The row stays, with its receipts. */
export class DeleteEncryption {
  constructor(
    private readonly changes: TenantChanges,
    private readonly change: VersionChange,
    private readonly rows: KeysetRows,
    private readonly rules: DestructionRules,
    private readonly erase: EraseKeys,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `invalid_request`, `forbidden`, `not_found`, `master_key_*`, `conflict`, `version_destroyed`. */
  async run(caller: ClientCaller, call: Call, id: string, request: DestroyRequest): Promise<void> {
    const { tenantId } = caller.client;
    const act = { tenantId, caller, call, operation: 'delete-encryption', encryptionId: id };
    const scheduled = await runAct(this.audit, act, async () => {
      if (!reaches(caller, id)) throw new AppError('not_found');
      const now = this.clock.now();
      const destroyAt = this.rules.dateFor(caller, request, now);
      return this.changes.run(caller, async (manager) => {
        const encryption = await this.rows.get(manager, tenantId, id);
        optionalKey(call, [encryption]);
        assertDeletable(encryption);
        const by = { clientId: caller.client.id, now, destroyAt };
        const versions = await this.#schedule(manager, encryption, by);
        const revisions = [
          await this.change.writeEncryption(manager, encryption),
          ...(await this.change.writeVersions(manager, versions)),
        ];
        await this.audit.append(manager, {
          ...entryOf(act, 'success', versions.length),
          revisions,
        });
        return versions;
      });
    });
    const now = this.clock.now();
    this.erase.eraseBeside(scheduled.filter((version) => isDue(version, now)));
  }

  /** What was to be destroyed later than now is brought forward. */
  async #schedule(
    manager: EntityManager,
    encryption: EncryptionEntity,
    by: Parameters<typeof schedule>[1],
  ): Promise<EncryptionKeyVersionEntity[]> {
    const { tenantId, id: encryptionId } = encryption;
    const all = await this.rows.allVersions(manager, { tenantId, encryptionId });
    const left = all.filter(({ state }) => state !== 'destroyed');
    const changed = left.filter(
      ({ state, destroyAt }) =>
        state !== 'destroyScheduled' || destroyAt === undefined || destroyAt > by.destroyAt,
    );
    for (const version of changed) schedule(version, by);
    encryption.stateBefore = encryption.state;
    encryption.state = left.length === 0 ? 'destroyed' : 'destroyScheduled';
    encryption.updatedAt = by.now;
    return changed;
  }
}

function assertDeletable({ state }: EncryptionEntity): void {
  if (state === 'destroyed') throw new AppError('version_destroyed');
  if (state === 'destroyScheduled') throw new AppError('conflict');
}
