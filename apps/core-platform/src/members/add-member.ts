import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';
import { assertMayGrant, type Role } from '../access/policy.js';
import { tenantAct } from '../audit/act.js';
import { UserRepository } from '../users/user.repository.js';
import { type Member, MemberRepository } from './member.repository.js';

@Injectable()
export class AddMember {
  readonly #members: MemberRepository;
  readonly #users: UserRepository;
  readonly #clock: Clock;

  constructor(members: MemberRepository, users: UserRepository, clock: Clock) {
    this.#members = members;
    this.#users = users;
    this.#clock = clock;
  }

  /** @throws AppError `forbidden` for a role above the caller's, `not_found` for an unknown name, `already_exists`. */
  async add(
    { username, role }: { readonly username: string; readonly role: Role },
    caller: TenantCaller,
  ): Promise<Member> {
    // Before the name is looked up: whoever may not add anybody learns nothing of it.
    assertMayGrant(caller.role, role);
    const user = await this.#users.findByName(username);
    if (user === undefined) throw new AppError('not_found');
    const createdAt = this.#clock.now();
    const member = { userId: user.id, username, role, state: 'active', createdAt } as const;
    const subject = { kind: 'user', id: user.id } as const;
    const act = tenantAct(caller, 'member.add', createdAt, { subject, details: { role } });
    await this.#members.insert(caller, member, act);
    return member;
  }
}
