import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { normalisePassword, PasswordHasher } from '@app/credentials';
import { AppError } from '@app/errors';
import type { SecretString } from '@app/secret';
import { errorFields } from '@app/server';
import type { RequestFacts } from '../access/caller.js';
import { LOGGER, type Logger } from '../platform/logger.js';
import { type IssuedTokens, StartSession } from '../sessions/start-session.js';
import { UserRepository, type UserWithPassword } from '../users/user.repository.js';

/** Starts a session for a name and its password. */
@Injectable()
export class LogIn {
  readonly #users: UserRepository;
  readonly #hasher: PasswordHasher;
  readonly #startSession: StartSession;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(
    users: UserRepository,
    hasher: PasswordHasher,
    startSession: StartSession,
    clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#users = users;
    this.#hasher = hasher;
    this.#startSession = startSession;
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * A name that nobody has takes the same steps as a wrong password, down to the statements at the database, so that neither text nor
   * time tells them apart.
   *
   * @throws AppError `unauthenticated`.
   */
  async logIn(
    { username, password }: { readonly username: string; readonly password: string },
    request: RequestFacts,
  ): Promise<IssuedTokens> {
    const normalised = normalisePassword(password);
    const user = await this.#users.findByName(username);
    const right = await this.#hasher.verify(user?.passwordHash, normalised);
    if (user === undefined || !right) throw new AppError('unauthenticated');
    await this.#strengthen(user, normalised);
    return this.#startSession.start(user, request);
  }

  /** Only here is the password at hand to be hashed at today's cost. Where that fails, the next login is soon enough. */
  async #strengthen({ id, passwordHash }: UserWithPassword, password: SecretString): Promise<void> {
    if (!this.#hasher.needsRehash(passwordHash)) return;
    try {
      const stronger = await this.#hasher.hash(password);
      await this.#users.replaceHash(id, passwordHash, stronger, this.#clock.now());
    } catch (error) {
      this.#logger.warn({ userId: id, ...errorFields(error) }, 'password not hashed anew');
    }
  }
}
