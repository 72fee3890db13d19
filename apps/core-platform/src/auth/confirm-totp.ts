import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { findTotpStep, generateRecoveryCodes, RecoveryCodeHasher } from '@app/credentials';
import { AppError } from '@app/errors';
import type { SecretString } from '@app/secret';
import type { PersonCaller } from '../access/caller.js';
import { personAct } from '../audit/act.js';
import {
  SecondFactorRepository,
  type StoredFactor,
} from '../second-factor/second-factor.repository.js';
import { TotpSecrets } from '../second-factor/totp-secrets.js';

/** Makes a second factor count, once a code shows that the authenticator has it. */
@Injectable()
export class ConfirmTotp {
  readonly #factors: SecondFactorRepository;
  readonly #secrets: TotpSecrets;
  readonly #recoveryCodes: RecoveryCodeHasher;
  readonly #clock: Clock;

  constructor(
    factors: SecondFactorRepository,
    secrets: TotpSecrets,
    recoveryCodes: RecoveryCodeHasher,
    clock: Clock,
  ) {
    this.#factors = factors;
    this.#secrets = secrets;
    this.#recoveryCodes = recoveryCodes;
    this.#clock = clock;
  }

  /**
   * Guessing is of no use here: whoever has the session was given the secret.
   *
   * @returns ten recovery codes, which are shown this once.
   * @throws AppError `conflict` where no factor waits for its first code, `totp_invalid`.
   */
  async confirm(code: string, caller: PersonCaller): Promise<readonly SecretString[]> {
    const { userId } = caller;
    const factor = await this.#factors.find(userId);
    if (factor === undefined || factor.isConfirmed) throw noneWaits();
    const step = await this.#stepOf(code, userId, factor);
    if (step === undefined) throw new AppError('totp_invalid');
    const codes = generateRecoveryCodes();
    const subject = { kind: 'user', id: userId } as const;
    const act = personAct(caller, 'totp.confirm', this.#clock.now(), { subject });
    const confirmed = { secret: factor.secret, step, codes: this.#hashes(userId, codes) };
    if (!(await this.#factors.confirm(userId, confirmed, act))) throw noneWaits();
    return codes;
  }

  async #stepOf(code: string, userId: string, { secret }: StoredFactor) {
    const opened = await this.#secrets.open(userId, secret);
    return findTotpStep(opened, code.replaceAll(' ', ''), this.#clock.nowMillis());
  }

  #hashes(userId: string, codes: readonly SecretString[]): Buffer[] {
    return codes.map((code) => {
      const hash = this.#recoveryCodes.hash(userId, code.expose());
      if (hash === undefined) throw new AppError('internal');
      return hash;
    });
  }
}

function noneWaits(): AppError {
  return new AppError('conflict', { detail: 'No second factor waits to be confirmed.' });
}
