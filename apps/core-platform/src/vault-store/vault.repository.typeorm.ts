import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '@app/persistence';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
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

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override async insert(tenantId: string, whole: WholeItem, act: Act): Promise<void> {
    const { labels, ...item } = whole.item;
    await this.#database.transaction({ tenantId }, async (manager) => {
      await manager.insert(VaultItemEntity, { ...item, tenantId, labels: [...labels] });
      await insertBlobs(manager, tenantId, whole);
      await recordAct(manager, act);
    });
  }

  override async replace(
    tenantId: string,
    whole: WholeItem,
    act: Act,
  ): Promise<StoredItem | undefined> {
    const { id, type, labels, revision, updatedAt } = whole.item;
    return this.#database.transaction({ tenantId }, async (manager) => {
      const where = { tenantId, id };
      // Takes the row's lock: of two writers at once, the second one replaces what the first one wrote, blobs and all.
      const change = { type, labels: [...labels], revision, updatedAt };
      await manager.update(VaultItemEntity, where, change);
      const item = await manager.findOneBy(VaultItemEntity, where);
      if (item === null) return undefined;
      await manager.delete(BlobEntity, { tenantId, itemId: id });
      await insertBlobs(manager, tenantId, whole);
      await recordAct(manager, act);
      return item;
    });
  }

  override async remove(tenantId: string, itemId: string, act: Act): Promise<boolean> {
    return this.#database.transaction({ tenantId }, async (manager) => {
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
  for (const blob of blobs) await manager.insert(BlobEntity, toRow({ ...blob, ...written }));
}

/** The driver writes an object into a json column by itself; TypeORM's type of the column cannot say so. */
function toRow(row: BlobEntity): Parameters<EntityManager['insert']>[1] {
  return row;
}
