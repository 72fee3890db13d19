import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import { Database, isUniqueViolation } from '@app/persistence';
import type { TenantCaller } from '../access/caller.js';
import { assertMayGrant, isRole, type Role } from '../access/policy.js';
import { assertStanding } from '../access/standing.typeorm.js';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
import type { Position } from '../paging/position.js';
import { UserAccountEntity } from '../users/user-account.entity.js';
import { type Member, MemberRepository, type MemberState } from './member.repository.js';
import { MembershipEntity } from './membership.entity.js';

interface ListedRow {
  readonly userId: string;
  readonly username: string;
  readonly role: string;
  readonly state: MemberState;
  readonly createdAt: Date;
}

@Injectable()
export class TypeormMemberRepository extends MemberRepository {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    super();
    this.#database = database;
    this.#clock = clock;
  }

  override async list(
    tenantId: string,
    page: { readonly limit: number; readonly after: Position | undefined },
  ): Promise<Member[]> {
    const { limit, after } = page;
    const rows = await this.#database.transaction({ tenantId }, (manager) => {
      const query = manager
        .createQueryBuilder(MembershipEntity, 'member')
        .innerJoin(UserAccountEntity, 'person', 'person.id = member.user_id')
        .select(['member.user_id as "userId"', 'person.username as username'])
        .addSelect(['member.role as role', 'member.state as state'])
        .addSelect('member.created_at as "createdAt"')
        .where('member.tenant_id = :tenantId', { tenantId })
        .orderBy({ 'member.created_at': 'ASC', 'member.user_id': 'ASC' })
        .limit(limit);
      if (after !== undefined)
        query.andWhere('(member.created_at, member.user_id) > (:at, :id)', after);
      return query.getRawMany<ListedRow>();
    });
    return rows.map((row) => ({ ...row, role: roleOf(row) }));
  }

  override async insert(caller: TenantCaller, member: Member, act: Act): Promise<void> {
    const { tenantId } = caller;
    const { userId, role, state, createdAt } = member;
    await this.#database.transaction({ tenantId }, async (manager) => {
      assertMayGrant(await this.#roleOfCaller(manager, caller, 'members:add'), role);
      const row = { tenantId, userId, role, state, createdAt, updatedAt: createdAt };
      try {
        await manager.insert(MembershipEntity, row);
      } catch (cause) {
        if (isUniqueViolation(cause)) throw new AppError('already_exists', { cause });
        throw cause;
      }
      await recordAct(manager, act);
    });
  }

  override async remove(caller: TenantCaller, userId: string, act: Act): Promise<void> {
    const { tenantId } = caller;
    await this.#database.transaction({ tenantId }, async (manager) => {
      const own = await this.#roleOfCaller(manager, caller, 'members:remove');
      const row = await manager.findOneBy(MembershipEntity, { tenantId, userId });
      if (row === null) throw new AppError('not_found');
      const role = roleOf(row);
      assertMayGrant(own, role);
      if (role === 'owner') await assertOtherOwner(manager, tenantId, userId);
      await manager.delete(MembershipEntity, { tenantId, userId });
      await recordAct(manager, act);
    });
  }

  override async rolesOfPerson(
    userId: string,
  ): Promise<readonly { readonly tenantId: string; readonly role: Role }[]> {
    const rows = await this.#database.transaction({ userId }, (manager) =>
      manager.findBy(MembershipEntity, { userId, state: 'active' }),
    );
    return rows.map((row) => ({ tenantId: row.tenantId, role: roleOf(row) }));
  }

  /** Holds the list of members until the transaction ends: whoever counts owners acts on the count alone. */
  #roleOfCaller(
    manager: EntityManager,
    caller: TenantCaller,
    action: 'members:add' | 'members:remove',
  ): Promise<Role> {
    const terms = { at: this.#clock.now(), use: 'changes-tenant' } as const;
    return assertStanding(manager, caller, action, terms);
  }
}

async function assertOtherOwner(
  manager: EntityManager,
  tenantId: string,
  userId: string,
): Promise<void> {
  const owners = await manager.findBy(MembershipEntity, {
    tenantId,
    role: 'owner',
    state: 'active',
  });
  if (owners.every((owner) => owner.userId === userId))
    throw new AppError('conflict', { detail: 'The last owner of a tenant stays.' });
}

function roleOf({ role }: { readonly role: string }): Role {
  if (!isRole(role)) throw new AppError('internal');
  return role;
}
