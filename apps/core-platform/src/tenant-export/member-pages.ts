import { Injectable } from '@nestjs/common';
import { type MemberAnswer, toMemberAnswer } from '../members/member.dto.js';
import { MemberRepository } from '../members/member.repository.js';
import type { Position } from '../paging/position.js';

const PAGE = 200;

/** The members of a tenant, page by page. */
@Injectable()
export class MemberPages {
  readonly #members: MemberRepository;

  constructor(members: MemberRepository) {
    this.#members = members;
  }

  async *read(tenantId: string): AsyncGenerator<readonly MemberAnswer[]> {
    let after: Position | undefined;
    for (;;) {
      const rows = await this.#members.list(tenantId, { limit: PAGE, after });
      yield rows.map(toMemberAnswer);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = { at: last.createdAt, id: last.userId };
    }
  }
}
