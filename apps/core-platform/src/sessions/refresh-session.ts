import { Injectable } from '@nestjs/common';
import { AppError } from '@app/errors';
import type { RequestFacts } from '../access/caller.js';
import { personAct } from '../audit/act.js';
import { UserRepository } from '../users/user.repository.js';
import { SessionRepository } from './session.repository.js';
import { SessionTokens } from './session-tokens.js';
import type { IssuedTokens } from './start-session.js';

/**
 * Exchanges a refresh token for new tokens. Each works once: one that comes a second time was stolen from whoever used it first or
 * second, nobody can tell which, and so the session ends for both (RFC 9700, section 4.14.2).
 */
@Injectable()
export class RefreshSession {
  readonly #sessions: SessionRepository;
  readonly #users: UserRepository;
  readonly #tokens: SessionTokens;

  constructor(sessions: SessionRepository, users: UserRepository, tokens: SessionTokens) {
    this.#sessions = sessions;
    this.#users = users;
    this.#tokens = tokens;
  }

  /** @throws AppError `unauthenticated`, the same for a token that is unknown, expired, used, or of a session that ended. */
  async refresh(refreshToken: string, request: RequestFacts): Promise<IssuedTokens> {
    const used = this.#tokens.hashOf(refreshToken);
    const owner = used === undefined ? undefined : await this.#sessions.findOwner(used);
    if (used === undefined || owner === undefined) throw new AppError('unauthenticated');
    // The old token is used up last: whatever fails before leaves it good for another try.
    const user = await this.#users.findById(owner.userId);
    if (user === undefined) throw new AppError('unauthenticated');
    const accessToken = await this.#tokens.newAccessToken(owner);
    const { token, stored } = this.#tokens.newRefreshToken();
    const caller = { ...request, userId: owner.userId };
    const facts = { subject: { kind: 'session', id: owner.sessionId } } as const;
    const outcome = await this.#sessions.replaceToken(owner, used, stored, {
      replaced: personAct(caller, 'session.refresh', stored.createdAt, facts),
      reused: personAct(caller, 'session.reuse', stored.createdAt, facts),
    });
    if (outcome !== 'replaced') throw new AppError('unauthenticated');
    return { accessToken, refreshToken: token, user };
  }
}
