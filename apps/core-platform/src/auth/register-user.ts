import { Injectable } from '@nestjs/common';
import { Clock, Identifiers } from '@app/ambient';
import {
  checkNewPassword,
  checkPasswordHint,
  normalisePassword,
  PasswordHasher,
} from '@app/credentials';
import type { RequestFacts } from '../access/caller.js';
import { personAct } from '../audit/act.js';
import { PasswordHints } from '../users/password-hints.js';
import { type User, UserRepository } from '../users/user.repository.js';
import { KeyDerivation } from './key-derivation.js';

/** What somebody registers with. */
export interface NewAccount {
  readonly username: string;
  readonly password: string;
  readonly passwordHint?: string | undefined;
  readonly hintPublic?: boolean | undefined;
}

/** Makes a person's account. */
@Injectable()
export class RegisterUser {
  readonly #users: UserRepository;
  readonly #hasher: PasswordHasher;
  readonly #hints: PasswordHints;
  readonly #derivation: KeyDerivation;
  readonly #identifiers: Identifiers;
  readonly #clock: Clock;

  constructor(
    users: UserRepository,
    hasher: PasswordHasher,
    hints: PasswordHints,
    derivation: KeyDerivation,
    identifiers: Identifiers,
    clock: Clock,
  ) {
    this.#users = users;
    this.#hasher = hasher;
    this.#hints = hints;
    this.#derivation = derivation;
    this.#identifiers = identifiers;
    this.#clock = clock;
  }

  /**
   * The password is hashed before it is known whether the name is free: whoever tries names pays for a hash each time, and waits in the
   * queue of the hasher.
   *
   * @throws AppError `invalid_request` for a password or hint against the rules, `already_exists` for a name that is taken.
   */
  async register(
    { username, password, passwordHint, hintPublic = false }: NewAccount,
    request: RequestFacts,
  ): Promise<User> {
    const normalised = normalisePassword(password);
    checkNewPassword(normalised, username, 'password');
    if (passwordHint !== undefined) checkPasswordHint(passwordHint, normalised, 'passwordHint');
    const passwordHash = await this.#hasher.hash(normalised);
    const user = { id: this.#identifiers.newUuid(), username, createdAt: this.#clock.now() };
    const facts = { subject: { kind: 'user', id: user.id } } as const;
    const act = personAct({ ...request, userId: user.id }, 'user.register', user.createdAt, facts);
    const hint = await this.#hints.seal(user.id, passwordHint, hintPublic);
    const derivation = this.#derivation.forNew(username);
    await this.#users.insert({ ...user, passwordHash, hint, derivation }, act);
    return { ...user, totpEnabled: false };
  }
}
