import { Injectable } from '@nestjs/common';
import { AppError } from '@app/errors';
import type { PersonCaller } from '../access/caller.js';
import { allows } from '../access/policy.js';
import { MemberRepository } from '../members/member.repository.js';
import {
  type AuditFilter,
  type AuditRecord,
  AuditRepository,
  type AuditView,
} from './audit.repository.js';

/** Reads the records that a person may see: their own outside any tenant, and those of tenants that they oversee. */
@Injectable()
export class ReadAudit {
  readonly #audit: AuditRepository;
  readonly #members: MemberRepository;

  constructor(audit: AuditRepository, members: MemberRepository) {
    this.#audit = audit;
    this.#members = members;
  }

  /**
   * @param tenantId - only the records of this tenant.
   * @throws AppError `not_found` for a tenant that the person does not belong to, `forbidden` where their role does not allow it.
   */
  async viewOf(caller: PersonCaller, tenantId: string | undefined): Promise<AuditView> {
    const memberships = await this.#members.rolesOfPerson(caller.userId);
    const overseen = memberships.filter(({ role }) => allows(role, 'tenant-audit:read'));
    const tenantIds = overseen.map((membership) => membership.tenantId);
    if (tenantId === undefined) return { readerId: caller.userId, tenantIds, withOwn: true };
    if (!memberships.some((membership) => membership.tenantId === tenantId))
      throw new AppError('not_found');
    if (!tenantIds.includes(tenantId)) throw new AppError('forbidden');
    return { readerId: caller.userId, tenantIds: [tenantId], withOwn: false };
  }

  /** Newest first. */
  list(
    view: AuditView,
    filter: AuditFilter,
    page: { readonly limit: number; readonly before: string | undefined },
  ): Promise<AuditRecord[]> {
    return this.#audit.list(view, filter, page);
  }
}
