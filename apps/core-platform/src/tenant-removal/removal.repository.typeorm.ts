import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { Database } from '@app/persistence';
import type { TenantCaller } from '../access/caller.js';
import { assertStanding } from '../access/standing.typeorm.js';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
import { ServiceConnectionEntity } from '../connections/service-connection.entity.js';
import { MembershipEntity } from '../members/membership.entity.js';
import { TenantEntity } from '../tenants/tenant.entity.js';
import { RemovalRepository } from './removal.repository.js';

/** Of items in one transaction, so that each is short, whatever the items hold. */
const ITEMS_AT_ONCE = 200;

const ERASE_ITEMS = `
  delete from vault_item where tenant_id = $1 and id in (
    select id from vault_item where tenant_id = $1 limit ${ITEMS_AT_ONCE.toString()}
  ) returning id`;

@Injectable()
export class TypeormRemovalRepository extends RemovalRepository {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    super();
    this.#database = database;
    this.#clock = clock;
  }

  override async begin(caller: TenantCaller, act: Act): Promise<void> {
    const { tenantId, userId } = caller;
    await this.#database.transaction({ tenantId, userId }, async (manager) => {
      const terms = { at: this.#clock.now(), use: 'changes-tenant' } as const;
      await assertStanding(manager, caller, 'tenant:delete', terms);
      const at = this.#clock.now();
      await manager.update(TenantEntity, { id: tenantId }, { deletedAt: at, updatedAt: at });
      await manager.delete(MembershipEntity, { tenantId });
      // Whoever still sets one up loses the lease, and whoever has sealed something finds that the connection is not the current one.
      const over = { isCurrent: false, leaseId: null, leasedUntil: null, updatedAt: at };
      await manager.update(ServiceConnectionEntity, { tenantId }, over);
      await recordAct(manager, { ...act, at });
    });
  }

  override async eraseItems(tenantId: string): Promise<boolean> {
    const [, erased] = await this.#database.transaction({ tenantId }, (manager) =>
      manager.query<[unknown, number]>(ERASE_ITEMS, [tenantId]),
    );
    return erased === ITEMS_AT_ONCE;
  }

  override async eraseConnection(tenantId: string, connectionId: string, act: Act): Promise<void> {
    await this.#database.transaction({ tenantId }, async (manager) => {
      const place = { tenantId, id: connectionId };
      const erased = await manager.delete(ServiceConnectionEntity, place);
      if (erased.affected === 1) await recordAct(manager, act);
    });
  }

  override async eraseTenant(tenantId: string): Promise<void> {
    await this.#database.transaction({ tenantId }, (manager) =>
      manager.delete(TenantEntity, { id: tenantId }),
    );
  }

  override async findUnfinished(tenantId: string): Promise<string | undefined> {
    const statement = { name: 'unfinished_removal', text: 'select unfinished_removal($1) as id' };
    const [row] = await this.#database.execute<{ id: string | null }>(statement, [tenantId]);
    return row?.id ?? undefined;
  }
}
