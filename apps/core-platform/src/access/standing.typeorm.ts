import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, MoreThan } from 'typeorm';
import { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import { Database } from '@app/persistence';
import { MembershipEntity } from '../members/membership.entity.js';
import { SessionEntity } from '../sessions/session.entity.js';
import { TenantEntity } from '../tenants/tenant.entity.js';
import type { TenantCaller } from './caller.js';
import { type Action, allows, isRole, type Role } from './policy.js';
import { Standing } from './standing.js';

/** What a transaction does with the tenant: whoever changes it or its list of members does so alone. */
export type TenantUse = 'changes-tenant' | 'changes-content';

const LOCKS = {
  'changes-tenant': 'pessimistic_write',
  'changes-content': 'for_key_share',
} as const;

/**
 * Looks up inside a transaction whether the caller may still do what they were let in for. Session and tenant stay locked until it ends:
 * a logout or a removal that has been answered is never followed by an act, and one that comes in between waits.
 *
 * @returns what the caller is in the tenant now.
 * @throws AppError as {@link Standing.assert}.
 */
export async function assertStanding(
  manager: EntityManager,
  { sessionId, userId, tenantId }: TenantCaller,
  action: Action,
  { at, use }: { readonly at: Date; readonly use: TenantUse },
): Promise<Role> {
  const session = await manager.findOne(SessionEntity, {
    where: { id: sessionId, userId, endedAt: IsNull(), expiresAt: MoreThan(at) },
    lock: { mode: 'pessimistic_read' },
  });
  if (session === null) throw new AppError('unauthenticated');
  // The tenant's row stands for its list of members. It is locked before the list is read, so that the list is as it was left.
  await manager.findOne(TenantEntity, { where: { id: tenantId }, lock: { mode: LOCKS[use] } });
  const member = await manager.findOneBy(MembershipEntity, { tenantId, userId, state: 'active' });
  if (member === null) throw new AppError('not_found');
  const { role } = member;
  if (!isRole(role)) throw new AppError('internal');
  if (!allows(role, action)) throw new AppError('forbidden');
  return role;
}

@Injectable()
export class TypeormStanding extends Standing {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    super();
    this.#database = database;
    this.#clock = clock;
  }

  override async assert(caller: TenantCaller, action: Action): Promise<void> {
    const { tenantId } = caller;
    const terms = { at: this.#clock.now(), use: 'changes-content' } as const;
    await this.#database.transaction({ tenantId }, (manager) =>
      assertStanding(manager, caller, action, terms),
    );
  }
}
