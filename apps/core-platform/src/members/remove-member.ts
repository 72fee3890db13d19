import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';
import { mayGrant, type Role } from '../access/policy.js';
import { tenantAct } from '../audit/act.js';
import { MemberRepository } from './member.repository.js';

@Injectable()
export class RemoveMember {
  readonly #members: MemberRepository;
  readonly #clock: Clock;

  constructor(members: MemberRepository, clock: Clock) {
    this.#members = members;
    this.#clock = clock;
  }

  /** @throws AppError `not_found`, `forbidden` for somebody above the caller, `conflict` for the last owner. */
  async remove(userId: string, caller: TenantCaller): Promise<void> {
    const subject = { kind: 'user', id: userId } as const;
    const act = tenantAct(caller, 'member.remove', this.#clock.now(), { subject });
    const assertRemovable = (role: Role): void => {
      if (!mayGrant(caller.role, role)) throw new AppError('forbidden');
    };
    await this.#members.remove(caller.tenantId, userId, assertRemovable, act);
  }
}
