import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import { Database } from '@app/persistence';
import type { TenantCaller } from '../access/caller.js';
import { isRole } from '../access/policy.js';
import { assertStanding } from '../access/standing.typeorm.js';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
import { ServiceConnectionEntity } from '../connections/service-connection.entity.js';
import { MembershipEntity } from '../members/membership.entity.js';
import type { Position } from '../paging/position.js';
import { TenantEntity } from './tenant.entity.js';
import {
  type NewConnection,
  type Tenant,
  type TenantOfPerson,
  TenantRepository,
} from './tenant.repository.js';

interface ListedRow {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

@Injectable()
export class TypeormTenantRepository extends TenantRepository {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    super();
    this.#database = database;
    this.#clock = clock;
  }

  override async insert(
    tenant: Tenant,
    ownerId: string,
    connection: NewConnection,
    act: Act,
  ): Promise<void> {
    const { createdAt, updatedAt } = tenant;
    const ofTenant = { tenantId: tenant.id, createdAt, updatedAt };
    await this.#database.transaction({ tenantId: tenant.id }, async (manager) => {
      await manager.insert(TenantEntity, tenant);
      const owner = { userId: ownerId, role: 'owner', state: 'active' };
      await manager.insert(MembershipEntity, { ...ofTenant, ...owner });
      const fresh = { kind: 'local', isCurrent: true, state: 'new', masterKeyMode: 'platform' };
      await manager.insert(ServiceConnectionEntity, { ...ofTenant, ...connection, ...fresh });
      await recordAct(manager, act);
    });
  }

  override async find(tenantId: string): Promise<Tenant | undefined> {
    const row = await this.#database.transaction({ tenantId }, (manager) =>
      manager.findOneBy(TenantEntity, { id: tenantId }),
    );
    return row ?? undefined;
  }

  override async listOfPerson(
    userId: string,
    page: { readonly limit: number; readonly after: Position | undefined },
  ): Promise<TenantOfPerson[]> {
    const { limit, after } = page;
    const rows = await this.#database.transaction({ userId }, (manager) => {
      const query = manager
        .createQueryBuilder(TenantEntity, 'tenant')
        .innerJoin(MembershipEntity, 'member', 'member.tenant_id = tenant.id')
        .select(['tenant.id as id', 'tenant.name as name', 'member.role as role'])
        .addSelect(['tenant.created_at as "createdAt"', 'tenant.updated_at as "updatedAt"'])
        .where("member.user_id = :userId and member.state = 'active'", { userId })
        .orderBy({ 'tenant.created_at': 'ASC', 'tenant.id': 'ASC' })
        .limit(limit);
      if (after !== undefined) query.andWhere('(tenant.created_at, tenant.id) > (:at, :id)', after);
      return query.getRawMany<ListedRow>();
    });
    return rows.map(toTenantOfPerson);
  }

  override async rename(caller: TenantCaller, name: string, act: Act): Promise<TenantOfPerson> {
    const { tenantId } = caller;
    return this.#database.transaction({ tenantId }, async (manager) => {
      const terms = { at: this.#clock.now(), use: 'changes-tenant' } as const;
      const role = await assertStanding(manager, caller, 'tenant:rename', terms);
      // Read behind the lock: of two renamings at once, the one that stands is the later one.
      const at = this.#clock.now();
      await manager.update(TenantEntity, { id: tenantId }, { name, updatedAt: at });
      const { createdAt } = await manager.findOneByOrFail(TenantEntity, { id: tenantId });
      await recordAct(manager, { ...act, at });
      return { id: tenantId, name, createdAt, updatedAt: at, role };
    });
  }
}

function toTenantOfPerson({ role, ...tenant }: ListedRow): TenantOfPerson {
  if (!isRole(role)) throw new AppError('internal');
  return { ...tenant, role };
}
