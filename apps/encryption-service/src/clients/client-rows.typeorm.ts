import { type EntityManager, MoreThan } from 'typeorm';
import { type PageQuery, pageLimit, parseCursor } from '@app/contract';
import { isUuid } from '@app/encoding';
import { AppError, invalidField } from '@app/errors';
import { columnsOf, type RowSeals } from '../integrity/row-seals.js';
import { CLIENT_FORMAT, ClientEntity } from './client.entity.js';

/** Reads and writes clients inside a transaction of their tenant. */
export class ClientRows {
  readonly #seals: RowSeals;

  constructor(seals: RowSeals) {
    this.#seals = seals;
  }

  /** @throws AppError `not_found`, also for one that has been revoked. */
  async get(manager: EntityManager, tenantId: string, id: string): Promise<ClientEntity> {
    const row = await manager.findOneBy(ClientEntity, { tenantId, id, state: 'active' });
    if (row === null) throw new AppError('not_found');
    return this.#seals.check(CLIENT_FORMAT, row);
  }

  /** One more than the page has, in the order of ids. */
  async list(manager: EntityManager, tenantId: string, query: PageQuery): Promise<ClientEntity[]> {
    const after = parseCursor(query, 1)?.[0];
    if (after !== undefined && !isUuid(after))
      throw invalidField('cursor', 'must be a nextCursor of this list');
    const rows = await manager.find(ClientEntity, {
      where: { tenantId, state: 'active', ...(after === undefined ? {} : { id: MoreThan(after) }) },
      order: { id: 'ASC' },
      take: pageLimit(query) + 1,
    });
    return rows.map((row) => this.#seals.check(CLIENT_FORMAT, row));
  }

  async active(manager: EntityManager, tenantId: string): Promise<ClientEntity[]> {
    const rows = await manager.findBy(ClientEntity, { tenantId, state: 'active' });
    return rows.map((row) => this.#seals.check(CLIENT_FORMAT, row));
  }

  async insert(manager: EntityManager, row: ClientEntity): Promise<void> {
    this.#seals.sealNew(CLIENT_FORMAT, row);
    await manager.insert(ClientEntity, row);
  }

  async update(manager: EntityManager, row: ClientEntity): Promise<void> {
    this.#seals.sealChanged(CLIENT_FORMAT, row);
    const { tenantId, id, ...changed } = row;
    await manager.update(ClientEntity, { tenantId, id }, columnsOf(changed));
  }
}
