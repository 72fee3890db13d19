import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import { Database } from '@app/persistence';
import type { TenantCaller } from '../access/caller.js';
import { assertStanding } from '../access/standing.typeorm.js';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
import { ServiceConnectionEntity } from '../connections/service-connection.entity.js';
import { BlobEntity } from './blob.entity.js';
import type { StoredItem, WholeItem } from './stored-item.js';
import { VaultItemEntity } from './vault-item.entity.js';
import { VaultRepository } from './vault.repository.js';
import { JOINED_COLUMNS, type JoinedRow, toWholeItems } from './whole-rows.js';

// One statement: under "read committed" two would see two moments, and blobs of one revision beside the row of another.
const FIND_WHOLE = `
  select ${JOINED_COLUMNS}
  from vault_item i left join blob b on b.tenant_id = i.tenant_id and b.item_id = i.id
  where i.tenant_id = $1 and i.id = $2`;

@Injectable()
export class TypeormVaultRepository extends VaultRepository {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    super();
    this.#database = database;
    this.#clock = clock;
  }

  override async insert(caller: TenantCaller, whole: WholeItem, act: Act): Promise<void> {
    const { tenantId } = caller;
    const { labels, ...item } = whole.item;
    await this.#write(caller, async (manager) => {
      await manager.insert(VaultItemEntity, { ...item, tenantId, labels: [...labels] });
      await insertBlobs(manager, tenantId, whole);
      await recordAct(manager, act);
    });
  }

  override async replace(
    caller: TenantCaller,
    { item: draft, blobs }: WholeItem,
    act: Act,
  ): Promise<StoredItem | undefined> {
    const { tenantId } = caller;
    const { id, type, labels, revision } = draft;
    const where = { tenantId, id };
    return this.#write(caller, async (manager) => {
      // Of two writers at once, the second one replaces what the first one wrote, blobs and all, and bears the later time.
      const lock = { mode: 'pessimistic_write' } as const;
      const before = await manager.findOne(VaultItemEntity, { where, lock });
      if (before === null) return undefined;
      const updatedAt = this.#clock.now();
      const change = { type, labels: [...labels], revision, updatedAt };
      const item = { id, ...change, createdAt: before.createdAt };
      await manager.update(VaultItemEntity, where, change);
      await manager.delete(BlobEntity, { tenantId, itemId: id });
      await insertBlobs(manager, tenantId, { item, blobs });
      await recordAct(manager, { ...act, at: updatedAt });
      return item;
    });
  }

  override async remove(caller: TenantCaller, itemId: string, act: Act): Promise<boolean> {
    const { tenantId } = caller;
    return this.#write(caller, async (manager) => {
      const removed = await manager.delete(VaultItemEntity, { tenantId, id: itemId });
      if (removed.affected !== 1) return false;
      await recordAct(manager, act);
      return true;
    });
  }

  override async exists(tenantId: string, itemId: string): Promise<boolean> {
    return this.#database.transaction({ tenantId }, (manager) =>
      manager.existsBy(VaultItemEntity, { tenantId, id: itemId }),
    );
  }

  override async find(tenantId: string, itemId: string): Promise<WholeItem | undefined> {
    const rows = await this.#database.transaction({ tenantId }, (manager) =>
      manager.query<JoinedRow[]>(FIND_WHOLE, [tenantId, itemId]),
    );
    return toWholeItems(rows)[0];
  }

  #write<T>(caller: TenantCaller, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { tenantId } = caller;
    return this.#database.transaction({ tenantId }, async (manager) => {
      const terms = { at: this.#clock.now(), use: 'changes-content' } as const;
      await assertStanding(manager, caller, 'vault:write', terms);
      return work(manager);
    });
  }
}

async function insertBlobs(
  manager: EntityManager,
  tenantId: string,
  { item, blobs }: WholeItem,
): Promise<void> {
  const written = {
    tenantId,
    itemId: item.id,
    createdAt: item.updatedAt,
    updatedAt: item.updatedAt,
  };
  // What was sealed while the tenant changed its encryption would lie under a master key that it has given up.
  for (const id of new Set(blobs.map(({ connectionId }) => connectionId))) {
    const current = { tenantId, id, isCurrent: true };
    if (!(await manager.existsBy(ServiceConnectionEntity, current))) throw new AppError('conflict');
  }
  for (const blob of blobs) await manager.insert(BlobEntity, toRow({ ...blob, ...written }));
}

/** The driver writes an object into a json column by itself; TypeORM's type of the column cannot say so. */
function toRow(row: BlobEntity): Parameters<EntityManager['insert']>[1] {
  return row;
}
