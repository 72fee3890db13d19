import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import type { PersonCaller } from '../access/caller.js';
import { personAct } from '../audit/act.js';
import { SecondFactorRepository } from '../second-factor/second-factor.repository.js';
import { type Proof, ProvePerson } from './prove-person.js';

/** Takes a second factor away from whoever has it and the password. */
@Injectable()
export class DisableTotp {
  readonly #provePerson: ProvePerson;
  readonly #factors: SecondFactorRepository;
  readonly #clock: Clock;

  constructor(provePerson: ProvePerson, factors: SecondFactorRepository, clock: Clock) {
    this.#provePerson = provePerson;
    this.#factors = factors;
    this.#clock = clock;
  }

  /** @throws AppError as {@link ProvePerson.prove}; `conflict` where there is no confirmed factor. */
  async disable(proof: Proof, caller: PersonCaller): Promise<void> {
    const { userId } = caller;
    await this.#provePerson.prove({ userId }, proof, caller);
    const subject = { kind: 'user', id: userId } as const;
    const act = personAct(caller, 'totp.disable', this.#clock.now(), { subject });
    if (!(await this.#factors.remove(userId, act)))
      throw new AppError('conflict', { detail: 'There is no second factor.' });
  }
}
