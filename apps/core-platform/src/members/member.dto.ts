import { Field, LowerCaseField, rules } from '@app/contract';
import { type Role, ROLES } from '../access/policy.js';
import { USERNAME } from '../users/user.dto.js';
import type { Member, MemberState } from './member.repository.js';

const STATES = ['active', 'suspended', 'pending'] as const;

/** `POST /tenants/{id}/members`. */
export class AddMemberRequest {
  @LowerCaseField(USERNAME, { description: 'Who is to be a member.' })
  username: string;

  @Field(rules.oneOf(ROLES), { description: 'What they are to be; no more than the caller is.' })
  role: Role;
}

export class MemberAnswer {
  @LowerCaseField(rules.uuid(), { description: 'The person.' })
  userId: string;

  @Field(rules.text(), { description: 'Their name.' })
  username: string;

  @Field(rules.oneOf(ROLES), { description: 'What they are in the tenant.' })
  role: Role;

  @Field(rules.oneOf(STATES), { description: 'Only active members are let in.' })
  state: MemberState;

  @Field(rules.time(), { description: 'When they were added.' })
  createdAt: string;
}

export function toMemberAnswer(member: Member): MemberAnswer {
  const { userId, username, role, state, createdAt } = member;
  return { userId, username, role, state, createdAt: createdAt.toISOString() };
}
