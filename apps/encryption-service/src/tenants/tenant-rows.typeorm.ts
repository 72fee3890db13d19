import { type EntityManager, MoreThan } from 'typeorm';
import { type PageQuery, pageLimit, parseCursor } from '@app/contract';
import { isUuid } from '@app/encoding';
import { AppError, invalidField } from '@app/errors';
import { columnsOf, type RowSeals } from '../integrity/row-seals.js';
import { EncryptionEntity } from '../keysets/rows/encryption.entity.js';
import { TENANT_FORMAT, TenantEntity } from './tenant.entity.js';

/** Reads and writes tenants inside a transaction of the operator that made them. */
export class TenantRows {
  readonly #seals: RowSeals;

  constructor(seals: RowSeals) {
    this.#seals = seals;
  }

  async find(
    manager: EntityManager,
    operatorId: string,
    id: string,
  ): Promise<TenantEntity | undefined> {
    const row = await manager.findOneBy(TenantEntity, { operatorId, id });
    return row === null ? undefined : this.#seals.check(TENANT_FORMAT, row);
  }

  /** @throws AppError `not_found`, also for a tenant of another operator. */
  async get(manager: EntityManager, operatorId: string, id: string): Promise<TenantEntity> {
    const row = await this.find(manager, operatorId, id);
    if (row === undefined) throw new AppError('not_found');
    return row;
  }

  /** One more than the page has, in the order of ids. */
  async list(
    manager: EntityManager,
    operatorId: string,
    query: PageQuery,
  ): Promise<TenantEntity[]> {
    const after = parseCursor(query, 1)?.[0];
    if (after !== undefined && !isUuid(after))
      throw invalidField('cursor', 'must be a nextCursor of this list');
    const rows = await manager.find(TenantEntity, {
      where: { operatorId, ...(after === undefined ? {} : { id: MoreThan(after) }) },
      order: { id: 'ASC' },
      take: pageLimit(query) + 1,
    });
    return rows.map((row) => this.#seals.check(TENANT_FORMAT, row));
  }

  async insert(manager: EntityManager, row: TenantEntity): Promise<void> {
    this.#seals.sealNew(TENANT_FORMAT, row);
    await manager.insert(TenantEntity, row);
  }

  async update(manager: EntityManager, row: TenantEntity): Promise<void> {
    this.#seals.sealChanged(TENANT_FORMAT, row);
    const { id, ...changed } = row;
    await manager.update(TenantEntity, { id }, columnsOf(changed));
  }

  async hasEncryption(manager: EntityManager, tenantId: string): Promise<boolean> {
    return manager.existsBy(EncryptionEntity, { tenantId });
  }
}
