import { Injectable } from '@nestjs/common';
import { Clock, Identifiers } from '@app/ambient';
import { checkNewPassword, normalisePassword, PasswordHasher } from '@app/credentials';
import type { RequestFacts } from '../access/caller.js';
import { personAct } from '../audit/act.js';
import { type User, UserRepository } from '../users/user.repository.js';

/** Makes a person's account. */
@Injectable()
export class RegisterUser {
  readonly #users: UserRepository;
  readonly #hasher: PasswordHasher;
  readonly #identifiers: Identifiers;
  readonly #clock: Clock;

  constructor(
    users: UserRepository,
    hasher: PasswordHasher,
    identifiers: Identifiers,
    clock: Clock,
  ) {
    this.#users = users;
    this.#hasher = hasher;
    this.#identifiers = identifiers;
    this.#clock = clock;
  }

  /**
   * The password is hashed before it is known whether the name is free: whoever tries names pays for a hash each time, and waits in the
   * queue of the hasher.
   *
   * @throws AppError `invalid_request` for a password against the rules, `already_exists` for a name that is taken.
   */
  async register(
    { username, password }: { readonly username: string; readonly password: string },
    request: RequestFacts,
  ): Promise<User> {
    const normalised = normalisePassword(password);
    checkNewPassword(normalised, username, 'password');
    const passwordHash = await this.#hasher.hash(normalised);
    const user = { id: this.#identifiers.newUuid(), username, createdAt: this.#clock.now() };
    const facts = { subject: { kind: 'user', id: user.id } } as const;
    const act = personAct({ ...request, userId: user.id }, 'user.register', user.createdAt, facts);
    await this.#users.insert({ ...user, passwordHash }, act);
    return user;
  }
}
