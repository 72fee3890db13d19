import type { EntityManager } from 'typeorm';
import type { Clock, Identifiers } from '@app/ambient';
import { type Envelope, type ServiceKeys, signReceipt, wrappedKeyAlarm } from '@app/crypto';
import { type AppError, toAppError } from '@app/errors';
import type { AuditLog } from '../../audit/audit-log.js';
import type { ChangedRow } from '../../audit/audit-record.entity.js';
import { entryOfService } from '../../audit/service-entry.js';
import { changedRow } from '../../integrity/row-seals.js';
import { ENCRYPTION_FORMAT } from '../rows/encryption.entity.js';
import {
  type EncryptionKeyVersionEntity,
  KEY_VERSION_FORMAT,
} from '../rows/encryption-key-version.entity.js';
import type { KeyCache } from '../use/key-cache.js';
import { cacheKeyOf } from '../use/key-opener.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { TenantChanges } from '../rows/tenant-changes.js';
import { isDue } from './due.js';
import { findExportTimes } from './known-exports.typeorm.js';

const OPERATION = 'erase-version';

/** Which version's key is to be erased. */
export interface ToErase {
  readonly tenantId: string;
  readonly encryptionId: string;
  readonly id: string;
}

/** What erasing keys is made of. */
export interface EraseParts {
  readonly changes: TenantChanges;
  readonly rows: KeysetRows;
  readonly keys: ServiceKeys;
  readonly cache: KeyCache;
  readonly audit: AuditLog;
  readonly identifiers: Identifiers;
  readonly clock: Clock;
  /** How long a replica may hold a key in memory that it was not told to forget. */
  readonly memoryMillis: number;
  readonly onFailure: (error: AppError) => void;
}

/** Erases the keys of versions whose date has come, each in one transaction with its receipt. */
export class EraseKeys {
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly parts: EraseParts) {}

  /**
   * Erases a key, if its date has come: under the lock that a restore takes as well, so that exactly one of the two happens.
   *
   * @throws AppError `database_unavailable`, or `internal` with an alarm where a row was changed.
   */
  async erase({ tenantId, encryptionId, id }: ToErase, requestId: string): Promise<void> {
    const { changes, rows, cache, audit } = this.parts;
    const act = { tenantId, encryptionId, versionId: id, operation: OPERATION, requestId };
    await changes.runUnasked(tenantId, async (manager) => {
      const version = await rows.getVersion(manager, { tenantId, encryptionId }, id);
      // It was restored, or another replica was quicker.
      if (!isDue(version, this.parts.clock.now())) return;
      version.receipt = await this.#receiptOf(manager, version);
      version.record = undefined;
      version.state = 'destroyed';
      await rows.updateVersion(manager, version);
      const revisions = [
        changedRow(KEY_VERSION_FORMAT, version),
        ...(await this.#endEncryption(manager, version)),
      ];
      await audit.append(manager, { ...entryOfService(act), revisions });
    });
    // Other replicas hear of it, or let go of it when it gets too old.
    cache.forget(cacheKeyOf(tenantId, id));
  }

  /** Erases keys beside the call that wanted it at once; what fails is tried again when the scheduler runs. */
  eraseBeside(due: readonly ToErase[]): void {
    const erasing = this.#eraseAll(due).finally(() => this.#running.delete(erasing));
    this.#running.add(erasing);
  }

  /** Ends once nothing is being erased beside a call any more. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #eraseAll(due: readonly ToErase[]): Promise<void> {
    try {
      for (const version of due) await this.erase(version, this.parts.identifiers.newUuid());
    } catch (thrown) {
      this.parts.onFailure(toAppError(thrown));
    }
  }

  async #receiptOf(manager: EntityManager, version: EncryptionKeyVersionEntity): Promise<Envelope> {
    const { tenantId, encryptionId, id, number, suite, record } = version;
    if (record === undefined)
      throw wrappedKeyAlarm('a version that is to be destroyed has no record');
    const destroyedAt = this.parts.clock.now();
    return signReceipt(this.parts.keys.identity, {
      ...{ tenantId, encryptionId, encryptionVersionId: id, number, suite },
      scheduledAt: version.scheduledAt ?? destroyedAt,
      destroyedAt,
      kekUri: record.kekUri,
      exportedAt: await findExportTimes(manager, version),
      forgottenAt: new Date(destroyedAt.getTime() + this.parts.memoryMillis),
    });
  }

  /** An encryption that is to be destroyed is, once all of its versions are. */
  async #endEncryption(
    manager: EntityManager,
    { tenantId, encryptionId }: EncryptionKeyVersionEntity,
  ): Promise<ChangedRow[]> {
    const { rows, clock } = this.parts;
    const encryption = await rows.get(manager, tenantId, encryptionId);
    if (encryption.state !== 'destroyScheduled') return [];
    const left = await rows.findNewestWithKey(manager, { tenantId, encryptionId });
    if (left !== undefined) return [];
    encryption.state = 'destroyed';
    encryption.updatedAt = clock.now();
    await rows.update(manager, encryption);
    return [changedRow(ENCRYPTION_FORMAT, encryption)];
  }
}
