import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import type { PersonCaller } from '../access/caller.js';
import { personAct } from '../audit/act.js';
import { SessionRepository } from './session.repository.js';
import { SessionTokens } from './session-tokens.js';

/**
 * Ends the session of a refresh token. What is not a token of the caller's is passed over in silence: there is nothing left to end (as
 * RFC 7009, section 2.2 has it), and nothing to learn about others' tokens.
 */
@Injectable()
export class EndSession {
  readonly #sessions: SessionRepository;
  readonly #tokens: SessionTokens;
  readonly #clock: Clock;

  constructor(sessions: SessionRepository, tokens: SessionTokens, clock: Clock) {
    this.#sessions = sessions;
    this.#tokens = tokens;
    this.#clock = clock;
  }

  async end(refreshToken: string, caller: PersonCaller): Promise<void> {
    const hash = this.#tokens.hashOf(refreshToken);
    const owner = hash === undefined ? undefined : await this.#sessions.findOwner(hash);
    if (owner?.userId !== caller.userId) return;
    const subject = { kind: 'session', id: owner.sessionId } as const;
    const act = personAct(caller, 'session.end', this.#clock.now(), { subject });
    await this.#sessions.end(owner, act);
  }
}
