import { type EntityManager, type FindOptionsWhere, In, MoreThan, Not } from 'typeorm';
import type { EncryptionsQuery } from '@app/contract';
import { pageLimit, parseCursor } from '@app/contract';
import { isUuid } from '@app/encoding';
import { AppError, invalidField } from '@app/errors';
import { columnsOf, type RowSeals } from '../../integrity/row-seals.js';
import { ENCRYPTION_FORMAT, EncryptionEntity } from './encryption.entity.js';
import { EncryptionKeyVersionEntity, KEY_VERSION_FORMAT } from './encryption-key-version.entity.js';
import { MessageCountEntity } from './message-count.entity.js';

/** What is known of a version before its row is read: unchecked. */
export interface VersionOutline {
  readonly id: string;
  readonly outerKeyId: string | null;
}

// All that changes of a version. A member that is absent is null.
const UPDATE_VERSIONS = `
  update encryption_key_version v
    set state = c.state, record = c.record, destroy_at = c.destroy_at, state_before = c.state_before, scheduled_by = c.scheduled_by,
        scheduled_at = c.scheduled_at, receipt = c.receipt, activated_at = c.activated_at, deactivated_at = c.deactivated_at,
        revision = c.revision, mac = c.mac
    from jsonb_to_recordset($2) as c (
      id uuid, state text, record jsonb, destroy_at timestamptz, state_before text, scheduled_by uuid, scheduled_at timestamptz,
      receipt jsonb, activated_at timestamptz, deactivated_at timestamptz, revision bigint, mac bytea)
    where v.tenant_id = $1 and v.id = c.id`;

function changedColumns(row: EncryptionKeyVersionEntity): object {
  return {
    id: row.id,
    state: row.state,
    record: row.record,
    destroy_at: row.destroyAt,
    state_before: row.stateBefore,
    scheduled_by: row.scheduledBy,
    scheduled_at: row.scheduledAt,
    receipt: row.receipt,
    activated_at: row.activatedAt,
    deactivated_at: row.deactivatedAt,
    revision: String(row.revision),
    mac: `\\x${row.mac.toString('hex')}`,
  };
}

/** Rows in one statement at most: PostgreSQL takes 65,535 values in one. */
const ROWS_AT_ONCE = 500;

function chunksOf<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / ROWS_AT_ONCE) }, (_, index) =>
    rows.slice(index * ROWS_AT_ONCE, (index + 1) * ROWS_AT_ONCE),
  );
}

/** Reads and writes keysets inside a transaction of their tenant. Every row is checked when it is read and sealed when it is written. */
export class KeysetRows {
  readonly #seals: RowSeals;

  constructor(seals: RowSeals) {
    this.#seals = seals;
  }

  /** @throws AppError `not_found`. */
  async get(manager: EntityManager, tenantId: string, id: string): Promise<EncryptionEntity> {
    const row = await manager.findOneBy(EncryptionEntity, { tenantId, id });
    if (row === null) throw new AppError('not_found');
    return this.#seals.check(ENCRYPTION_FORMAT, row);
  }

  /** One more than the page has, in the order of ids. `only`: the encryptions that the caller reaches, if it does not reach all. */
  async list(
    manager: EntityManager,
    tenantId: string,
    query: EncryptionsQuery,
    only: readonly string[] | undefined,
  ): Promise<EncryptionEntity[]> {
    const after = parseCursor(query, 1)?.[0];
    if (after !== undefined && !isUuid(after))
      throw invalidField('cursor', 'must be a nextCursor of this list');
    const where: FindOptionsWhere<EncryptionEntity> = {
      tenantId,
      ...(query.name === undefined ? {} : { name: query.name }),
      ...(query.state === undefined ? {} : { state: query.state }),
      ...(query.algorithm === undefined ? {} : { algorithm: query.algorithm }),
      ...(after === undefined ? {} : { id: MoreThan(after) }),
    };
    // Both conditions are on the id, and an object has one key for it.
    const reached = only?.filter((id) => after === undefined || id > after);
    const rows = await manager.find(EncryptionEntity, {
      where: reached === undefined ? where : { ...where, id: In(reached) },
      order: { id: 'ASC' },
      take: pageLimit(query) + 1,
    });
    return rows.map((row) => this.#seals.check(ENCRYPTION_FORMAT, row));
  }

  async insert(manager: EntityManager, row: EncryptionEntity): Promise<void> {
    this.#seals.sealNew(ENCRYPTION_FORMAT, row);
    await manager.insert(EncryptionEntity, row);
  }

  async update(manager: EntityManager, row: EncryptionEntity): Promise<void> {
    this.#seals.sealChanged(ENCRYPTION_FORMAT, row);
    const { tenantId, id, ...changed } = row;
    await manager.update(EncryptionEntity, { tenantId, id }, columnsOf(changed));
  }

  /** Versions after a number, the oldest first. */
  async versions(
    manager: EntityManager,
    place: { readonly tenantId: string; readonly encryptionId: string },
    after: number,
    limit: number,
  ): Promise<EncryptionKeyVersionEntity[]> {
    const rows = await manager.find(EncryptionKeyVersionEntity, {
      where: { ...place, number: MoreThan(after) },
      order: { number: 'ASC' },
      take: limit,
    });
    return rows.map((row) => this.#seals.check(KEY_VERSION_FORMAT, row));
  }

  /**
   * The ids of all versions of some encryptions, and of the outer keys that their records name. Nothing of it is checked: it says what
   * to have at hand, and decides nothing.
   */
  async outline(
    manager: EntityManager,
    tenantId: string,
    encryptionIds: readonly string[],
  ): Promise<readonly VersionOutline[]> {
    return manager.query<VersionOutline[]>(
      `select id, record ->> 'outerKeyId' as "outerKeyId" from encryption_key_version
       where tenant_id = $1 and encryption_id = any ($2)`,
      [tenantId, [...encryptionIds]],
    );
  }

  /** All versions of an encryption, the oldest first. */
  async allVersions(
    manager: EntityManager,
    place: { readonly tenantId: string; readonly encryptionId: string },
  ): Promise<EncryptionKeyVersionEntity[]> {
    const rows = await manager.find(EncryptionKeyVersionEntity, {
      where: place,
      order: { number: 'ASC' },
    });
    return rows.map((row) => this.#seals.check(KEY_VERSION_FORMAT, row));
  }

  /** A version of an encryption. @throws AppError `not_found`. */
  async getVersion(
    manager: EntityManager,
    place: { readonly tenantId: string; readonly encryptionId: string },
    id: string,
  ): Promise<EncryptionKeyVersionEntity> {
    const row = await manager.findOneBy(EncryptionKeyVersionEntity, { ...place, id });
    if (row === null) throw new AppError('not_found');
    return this.#seals.check(KEY_VERSION_FORMAT, row);
  }

  /** The active version, if there is one. */
  async findActive(
    manager: EntityManager,
    place: { readonly tenantId: string; readonly encryptionId: string },
  ): Promise<EncryptionKeyVersionEntity | undefined> {
    const row = await manager.findOneBy(EncryptionKeyVersionEntity, { ...place, state: 'active' });
    return row === null ? undefined : this.#seals.check(KEY_VERSION_FORMAT, row);
  }

  /** The newest version that still has its key. */
  async findNewestWithKey(
    manager: EntityManager,
    place: { readonly tenantId: string; readonly encryptionId: string },
  ): Promise<EncryptionKeyVersionEntity | undefined> {
    const [row] = await manager.find(EncryptionKeyVersionEntity, {
      where: { ...place, state: Not('destroyed') },
      order: { number: 'DESC' },
      take: 1,
    });
    return row === undefined ? undefined : this.#seals.check(KEY_VERSION_FORMAT, row);
  }

  /** The highest number of an encryption's versions; 0 where it has none. */
  async lastNumber(
    manager: EntityManager,
    place: { readonly tenantId: string; readonly encryptionId: string },
  ): Promise<number> {
    return (await manager.maximum(EncryptionKeyVersionEntity, 'number', place)) ?? 0;
  }

  /** The ids of the active versions of some encryptions, by encryption. */
  async activeVersions(
    manager: EntityManager,
    tenantId: string,
    encryptionIds: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    const rows = await manager.find(EncryptionKeyVersionEntity, {
      where: { tenantId, encryptionId: In([...encryptionIds]), state: 'active' },
    });
    for (const row of rows) this.#seals.check(KEY_VERSION_FORMAT, row);
    return new Map(rows.map((row) => [row.encryptionId, row.id]));
  }

  async insertVersion(manager: EntityManager, row: EncryptionKeyVersionEntity): Promise<void> {
    this.#seals.sealNew(KEY_VERSION_FORMAT, row);
    await manager.insert(EncryptionKeyVersionEntity, row);
  }

  async insertVersions(
    manager: EntityManager,
    rows: readonly EncryptionKeyVersionEntity[],
  ): Promise<void> {
    for (const row of rows) this.#seals.sealNew(KEY_VERSION_FORMAT, row);
    for (const some of chunksOf(rows)) await manager.insert(EncryptionKeyVersionEntity, some);
  }

  async insertCounts(manager: EntityManager, rows: readonly MessageCountEntity[]): Promise<void> {
    for (const some of chunksOf(rows)) await manager.insert(MessageCountEntity, some);
  }

  async updateVersion(manager: EntityManager, row: EncryptionKeyVersionEntity): Promise<void> {
    await this.updateVersions(manager, row.tenantId, [row]);
  }

  /** Many versions of one tenant, in few statements: all else of it waits meanwhile. */
  async updateVersions(
    manager: EntityManager,
    tenantId: string,
    rows: readonly EncryptionKeyVersionEntity[],
  ): Promise<void> {
    for (const row of rows) this.#seals.sealChanged(KEY_VERSION_FORMAT, row);
    for (const some of chunksOf(rows))
      await manager.query(UPDATE_VERSIONS, [tenantId, JSON.stringify(some.map(changedColumns))]);
  }

  async counts(
    manager: EntityManager,
    tenantId: string,
    versionIds: readonly string[],
  ): Promise<ReadonlyMap<string, MessageCountEntity>> {
    const rows = await manager.findBy(MessageCountEntity, {
      tenantId,
      versionId: In([...versionIds]),
    });
    return new Map(rows.map((row) => [row.versionId, row]));
  }
}
