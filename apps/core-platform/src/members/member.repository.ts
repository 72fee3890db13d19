import type { TenantCaller } from '../access/caller.js';
import type { Role } from '../access/policy.js';
import type { Act } from '../audit/act.js';
import type { Position } from '../paging/position.js';

export type MemberState = 'active' | 'suspended' | 'pending';

export interface Member {
  readonly userId: string;
  readonly username: string;
  readonly role: Role;
  readonly state: MemberState;
  readonly createdAt: Date;
}

export abstract class MemberRepository {
  /** Oldest first; the position's id is the person's. */
  abstract list(
    tenantId: string,
    page: { readonly limit: number; readonly after: Position | undefined },
  ): Promise<Member[]>;

  /**
   * @throws AppError `already_exists` for somebody who is a member already, in any state; `unauthenticated`, `not_found` or `forbidden`
   * where the caller may not add somebody of that role, or not any more.
   */
  abstract insert(caller: TenantCaller, member: Member, act: Act): Promise<void>;

  /**
   * Removes a member, unless it would leave the tenant without an active owner. Two owners who remove each other at the same time do
   * not leave it empty either.
   *
   * @throws AppError `not_found`, `conflict` for the last owner; `unauthenticated`, `not_found` or `forbidden` where the caller may not
   * remove somebody of that role, or not any more.
   */
  abstract remove(caller: TenantCaller, userId: string, act: Act): Promise<void>;

  /** The tenants in which a person is an active member, with their role there. */
  abstract rolesOfPerson(
    userId: string,
  ): Promise<readonly { readonly tenantId: string; readonly role: Role }[]>;
}
