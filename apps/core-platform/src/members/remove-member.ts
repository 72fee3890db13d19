import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import type { TenantCaller } from '../access/caller.js';
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
    await this.#members.remove(caller, userId, act);
  }
}
