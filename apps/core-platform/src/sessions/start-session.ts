import { Injectable } from '@nestjs/common';
import { Identifiers } from '@app/ambient';
import type { SecretString } from '@app/secret';
import type { RequestFacts } from '../access/caller.js';
import { personAct } from '../audit/act.js';
import type { User } from '../users/user.repository.js';
import { SessionRepository } from './session.repository.js';
import { SessionTokens } from './session-tokens.js';

/** What a person gets for a password or a refresh token. */
export interface IssuedTokens {
  readonly accessToken: SecretString;
  readonly refreshToken: SecretString;
  readonly user: User;
}

/** Starts a session for somebody who has proved who they are. */
@Injectable()
export class StartSession {
  readonly #sessions: SessionRepository;
  readonly #tokens: SessionTokens;
  readonly #identifiers: Identifiers;

  constructor(sessions: SessionRepository, tokens: SessionTokens, identifiers: Identifiers) {
    this.#sessions = sessions;
    this.#tokens = tokens;
    this.#identifiers = identifiers;
  }

  async start(user: User, request: RequestFacts): Promise<IssuedTokens> {
    const owner = { sessionId: this.#identifiers.newUuid(), userId: user.id };
    const { token, stored } = this.#tokens.newRefreshToken();
    const subject = { kind: 'session', id: owner.sessionId } as const;
    const caller = { ...request, userId: user.id };
    const act = personAct(caller, 'session.start', stored.createdAt, { subject });
    await this.#sessions.start(owner, stored, act);
    const accessToken = await this.#tokens.newAccessToken(owner);
    return { accessToken, refreshToken: token, user };
  }
}
