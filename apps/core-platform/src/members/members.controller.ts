import { Body, Controller, Param, Query } from '@nestjs/common';
import { type Page, pageLimit, PageQuery, toPage } from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { memberOf } from '../access/caller.js';
import { parsePosition, positionKey } from '../paging/position.js';
import { AddMember } from './add-member.js';
import { AddMemberRequest, MemberAnswer, toMemberAnswer } from './member.dto.js';
import { type Member, MemberRepository } from './member.repository.js';
import { RemoveMember } from './remove-member.js';

@Controller()
export class MembersController {
  readonly #members: MemberRepository;
  readonly #addMember: AddMember;
  readonly #removeMember: RemoveMember;

  constructor(members: MemberRepository, addMember: AddMember, removeMember: RemoveMember) {
    this.#members = members;
    this.#addMember = addMember;
    this.#removeMember = removeMember;
  }

  @Endpoint({
    method: 'GET',
    path: '/api/v1/tenants/:tenantId/members',
    access: 'members:read',
    summary: 'The members of a tenant',
    query: PageQuery,
    answer: MemberAnswer,
    paged: true,
  })
  async list(
    @Param('tenantId') tenantId: string,
    @Query() query: PageQuery,
    @CurrentCall() call: Call,
  ): Promise<Page<MemberAnswer>> {
    const limit = pageLimit(query);
    const after = parsePosition(query);
    memberOf(call, tenantId);
    const rows = await this.#members.list(tenantId, { limit: limit + 1, after });
    return toPage(rows, limit, keyOf, toMemberAnswer);
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/tenants/:tenantId/members',
    access: 'members:add',
    summary: 'Make a person a member',
    body: AddMemberRequest,
    answer: MemberAnswer,
    status: 201,
    errors: ['already_exists'],
  })
  async add(
    @Param('tenantId') tenantId: string,
    @Body() body: AddMemberRequest,
    @CurrentCall() call: Call,
  ): Promise<MemberAnswer> {
    return toMemberAnswer(await this.#addMember.add(body, memberOf(call, tenantId)));
  }

  @Endpoint({
    method: 'DELETE',
    path: '/api/v1/tenants/:tenantId/members/:userId',
    access: 'members:remove',
    summary: 'Remove a member; the last owner stays',
    errors: ['conflict'],
  })
  async remove(
    @Param('tenantId') tenantId: string,
    @Param('userId') userId: string,
    @CurrentCall() call: Call,
  ): Promise<void> {
    await this.#removeMember.remove(userId, memberOf(call, tenantId));
  }
}

function keyOf({ createdAt, userId }: Member): readonly string[] {
  return positionKey({ createdAt, id: userId });
}
