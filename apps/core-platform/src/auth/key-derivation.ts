import { Inject, Injectable } from '@nestjs/common';
import { DerivationSalts } from '@app/credentials';
import { type Derivation, UserRepository } from '../users/user.repository.js';

/** Under this the cost is injected. */
export const DERIVATION_COST = Symbol('derivation-cost');

/** Of Argon2id (RFC 9106) at a client: what a new account is told. */
export type DerivationCost = Omit<Derivation, 'salt'>;

/** With what a client derives its keys from a password. */
@Injectable()
export class KeyDerivation {
  readonly #users: UserRepository;
  readonly #salts: DerivationSalts;
  readonly #cost: DerivationCost;

  constructor(
    users: UserRepository,
    salts: DerivationSalts,
    @Inject(DERIVATION_COST) { iterations, memoryKiB, parallelism }: DerivationCost,
  ) {
    this.#users = users;
    this.#salts = salts;
    this.#cost = { iterations, memoryKiB, parallelism };
  }

  /** What is stored of an account; for a name that nobody has, what would be stored if it were registered now. */
  async of(username: string): Promise<Derivation> {
    const stored = await this.#users.findDerivation(username);
    // Made for every name, so that a name that is taken takes as long as one that is not.
    return { ...this.forNew(username), ...stored };
  }

  /** What a new account of that name is stored with. */
  forNew(username: string): Derivation {
    return { salt: this.#salts.saltOf(username), ...this.#cost };
  }
}
