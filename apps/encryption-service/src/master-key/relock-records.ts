import {
  isOuterLocked,
  lockOuter,
  type OuterKey,
  type OuterLockedRecord,
  unlockOuter,
  wrappedKeyAlarm,
} from '@app/crypto';
import { toAppError } from '@app/errors';
import type { Database } from '@app/persistence';
import type { AuditEntry, AuditLog } from '../audit/audit-log.js';
import { changedRow } from '../integrity/row-seals.js';
import {
  type EncryptionKeyVersionEntity,
  KEY_VERSION_FORMAT,
} from '../keysets/rows/encryption-key-version.entity.js';
import type { KeysetRows } from '../keysets/rows/keyset.repository.typeorm.js';
import { placeOf } from './master-keys.js';
import type { OuterKeys } from './outer-keys.js';
import { underTenantLock } from '../tenants/tenant-lock.js';

interface Place {
  readonly tenantId: string;
  readonly encryptionId: string;
}

/** What came of a run so far. */
export interface RelockReport {
  readonly done: number;
  readonly failed: readonly (Place & { readonly code: string })[];
}

// Read past row-level security, and unchecked: it says where to look. What is found there is checked before it is changed.
const UNDER_OTHERS = `encryption_key_version where record ->> 'outerKeyId' <> $1`;
const COUNT = {
  name: 'keysets_under_other_outer_keys',
  text: `select count(distinct (tenant_id, encryption_id))::int as count from ${UNDER_OTHERS}`,
};
const PAGE = {
  name: 'page_under_other_outer_keys',
  text: `select distinct tenant_id as "tenantId", encryption_id as "encryptionId" from ${UNDER_OTHERS}
         and (tenant_id, encryption_id) > ($2, $3) order by tenant_id, encryption_id limit 200`,
};
const ALL_KEYS = { name: 'all_outer_keys', text: 'select id from outer_key' };
const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * Locks all records of client mode under the newest outer key: the second lock is the service's own, so no client has to bring a key.
 * Each encryption in a transaction of its own; after a kill the same run once more does the rest. Services go on meanwhile.
 */
export class RelockRecords {
  readonly #failed: (Place & { code: string })[] = [];
  #done = 0;

  /** @param owner - the database past row-level security, to find the records of all tenants. */
  constructor(
    private readonly owner: Database,
    private readonly database: Database,
    private readonly rows: KeysetRows,
    private readonly outerKeys: OuterKeys,
    private readonly audit: AuditLog,
    private readonly entryOf: (place: Place, records: number) => AuditEntry,
  ) {}

  /** How many encryptions have a record under another outer key than the newest. */
  async count(): Promise<number> {
    const { id } = await this.outerKeys.current();
    const [row] = await this.owner.execute<{ count: number }>(COUNT, [id]);
    return row?.count ?? 0;
  }

  /**
   * Locks them. What fails is reported, and the others are locked.
   *
   * @param onProgress - told after each encryption.
   * @throws AppError `kms_unavailable`, `database_unavailable`.
   */
  async run(onProgress: (report: RelockReport) => void): Promise<RelockReport> {
    const current = await this.outerKeys.current();
    await this.#openAll();
    let last: Place | undefined = { tenantId: NIL, encryptionId: NIL };
    while (last !== undefined) {
      const values = [current.id, last.tenantId, last.encryptionId];
      const page: Place[] = await this.owner.execute<Place>(PAGE, values);
      for (const place of page) {
        await this.#try(place, current);
        onProgress(this.#report());
      }
      last = page.at(-1);
    }
    return this.#report();
  }

  /** Before any lock is taken: a key service may be slow. What does not open now is told of where it is needed. */
  async #openAll(): Promise<void> {
    const keys = await this.owner.execute<{ id: string }>(ALL_KEYS, []);
    await Promise.allSettled(keys.map(({ id }) => this.outerKeys.get(id)));
  }

  #report(): RelockReport {
    return { done: this.#done, failed: this.#failed };
  }

  async #try(place: Place, current: OuterKey): Promise<void> {
    try {
      await this.#relock(place, current);
      this.#done += 1;
    } catch (thrown) {
      this.#failed.push({ ...place, code: toAppError(thrown).code });
    }
  }

  async #relock(place: Place, current: OuterKey): Promise<void> {
    const { tenantId, encryptionId } = place;
    await underTenantLock(this.database, { tenantId }, async (manager) => {
      const versions = await this.rows.allVersions(manager, { tenantId, encryptionId });
      const changed: EncryptionKeyVersionEntity[] = [];
      for (const version of versions) {
        const locked = await this.#lock(version, current);
        if (locked !== undefined) changed.push(Object.assign(version, { record: locked }));
      }
      if (changed.length === 0) return;
      await this.rows.updateVersions(manager, tenantId, changed);
      const revisions = changed.map((version) => changedRow(KEY_VERSION_FORMAT, version));
      await this.audit.append(manager, { ...this.entryOf(place, changed.length), revisions });
    });
  }

  /** @returns undefined for a version that has no lock, or the newest one. */
  async #lock(
    version: EncryptionKeyVersionEntity,
    current: OuterKey,
  ): Promise<OuterLockedRecord | undefined> {
    const { record } = version;
    if (record === undefined || !isOuterLocked(record)) return undefined;
    if (record.outerKeyId === current.id) return undefined;
    const place = placeOf(version);
    const inner = unlockOuter(await this.outerKeys.get(record.outerKeyId), place, record);
    const locked = lockOuter(current, place, inner);
    // What replaces the only copy of a record must open to that record.
    if (unlockOuter(current, place, locked).ct !== inner.ct)
      throw wrappedKeyAlarm('a record does not open under its new lock');
    return locked;
  }
}
