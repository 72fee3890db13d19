import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { normalisePassword, PasswordHasher } from '@app/credentials';
import { errorFields } from '@app/server';
import type { RequestFacts } from '../access/caller.js';
import { LOGGER, type Logger } from '../platform/logger.js';
import { type IssuedTokens, StartSession } from '../sessions/start-session.js';
import { UserRepository, type UserWithPassword } from '../users/user.repository.js';
import { type Proof, ProvePerson } from './prove-person.js';

/** Starts a session for a name, its password and, where there is a second factor, a code. */
@Injectable()
export class LogIn {
  readonly #provePerson: ProvePerson;
  readonly #users: UserRepository;
  readonly #hasher: PasswordHasher;
  readonly #startSession: StartSession;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(
    provePerson: ProvePerson,
    users: UserRepository,
    hasher: PasswordHasher,
    startSession: StartSession,
    clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#provePerson = provePerson;
    this.#users = users;
    this.#hasher = hasher;
    this.#startSession = startSession;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** @throws AppError as {@link ProvePerson.prove}. */
  async logIn(
    { username, ...proof }: { readonly username: string } & Proof,
    request: RequestFacts,
  ): Promise<IssuedTokens> {
    const user = await this.#provePerson.prove({ username }, proof, request);
    await this.#strengthen(user, proof.password);
    return this.#startSession.start(user, request);
  }

  /** Only here is the password at hand to be hashed at today's cost. Where that fails, the next login is soon enough. */
  async #strengthen({ id, passwordHash }: UserWithPassword, password: string): Promise<void> {
    if (!this.#hasher.needsRehash(passwordHash)) return;
    try {
      const stronger = await this.#hasher.hash(normalisePassword(password));
      await this.#users.replaceHash(id, passwordHash, stronger, this.#clock.now());
    } catch (error) {
      this.#logger.warn({ userId: id, ...errorFields(error) }, 'password not hashed anew');
    }
  }
}
