import { Inject, Injectable } from '@nestjs/common';
import encodeQR from 'qr';
import { Clock } from '@app/ambient';
import { generateTotpSecret, totpUri } from '@app/credentials';
import { AppError } from '@app/errors';
import { SecretString } from '@app/secret';
import type { PersonCaller } from '../access/caller.js';
import { personAct } from '../audit/act.js';
import { ISSUER } from '../platform/issuer.js';
import { SecondFactorRepository } from '../second-factor/second-factor.repository.js';
import { TotpSecrets } from '../second-factor/totp-secrets.js';

/** What a person puts into their authenticator, in three forms of one secret. */
export interface TotpSetup {
  /** Base32. */
  readonly secret: SecretString;
  readonly otpauthUri: SecretString;
  /** The URI as a picture. */
  readonly qrSvg: SecretString;
}

/** Begins a second factor, which counts for nothing until a code of it confirms that the authenticator has it. */
@Injectable()
export class SetUpTotp {
  readonly #factors: SecondFactorRepository;
  readonly #secrets: TotpSecrets;
  readonly #clock: Clock;
  readonly #issuer: string;

  constructor(
    factors: SecondFactorRepository,
    secrets: TotpSecrets,
    clock: Clock,
    @Inject(ISSUER) issuer: string,
  ) {
    this.#factors = factors;
    this.#secrets = secrets;
    this.#clock = clock;
    // Authenticators show it before the name, and take a colon for the border between the two.
    this.#issuer = `Keyward ${new URL(issuer).hostname}`;
  }

  /** @throws AppError `conflict` where there is a confirmed factor: it is disabled first. */
  async setUp(caller: PersonCaller): Promise<TotpSetup> {
    const { userId, username } = caller;
    const secret = generateTotpSecret();
    const sealed = await this.#secrets.seal(userId, secret);
    const subject = { kind: 'user', id: userId } as const;
    const act = personAct(caller, 'totp.setup', this.#clock.now(), { subject });
    if (!(await this.#factors.replaceUnconfirmed(userId, sealed, act)))
      throw new AppError('conflict', { detail: 'There is a second factor already.' });
    const otpauthUri = totpUri(secret, this.#issuer, username);
    return { secret, otpauthUri, qrSvg: new SecretString(encodeQR(otpauthUri.expose(), 'svg')) };
  }
}
