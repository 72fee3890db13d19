import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '@app/errors';
import { Database, isUniqueViolation } from '@app/persistence';
import { isRole, type Role } from '../access/policy.js';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
import type { Position } from '../paging/position.js';
import { TenantEntity } from '../tenants/tenant.entity.js';
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

  constructor(database: Database) {
    super();
    this.#database = database;
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

  override async insert(tenantId: string, member: Member, act: Act): Promise<void> {
    const { userId, role, state, createdAt } = member;
    await this.#database.transaction({ tenantId }, async (manager) => {
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

  override async remove(
    tenantId: string,
    userId: string,
    assertRemovable: (role: Role) => void,
    act: Act,
  ): Promise<void> {
    await this.#database.transaction({ tenantId }, async (manager) => {
      await lockMembers(manager, tenantId);
      const row = await manager.findOneBy(MembershipEntity, { tenantId, userId });
      if (row === null) throw new AppError('not_found');
      const role = roleOf(row);
      assertRemovable(role);
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
}

/** The tenant's row stands for its list of members: whoever counts owners holds it until the count has been acted on. */
async function lockMembers(manager: EntityManager, tenantId: string): Promise<void> {
  await manager.findOne(TenantEntity, {
    where: { id: tenantId },
    lock: { mode: 'pessimistic_write' },
  });
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
