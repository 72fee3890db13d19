import { Injectable } from '@nestjs/common';
import { generateTotpSecret, SecretSealer } from '@app/credentials';
import type { SecretString } from '@app/secret';
import { NOBODY } from '../users/nobody.js';

const placeOf = (userId: string) => ({ table: 'totp_factor', column: 'secret', rowId: userId });

/** Seals and opens the secrets of second factors. */
@Injectable()
export class TotpSecrets {
  readonly #sealer: SecretSealer;
  #nobodys: Promise<string> | undefined;

  constructor(sealer: SecretSealer) {
    this.#sealer = sealer;
  }

  seal(userId: string, secret: SecretString): Promise<string> {
    return this.#sealer.seal(placeOf(userId), secret);
  }

  open(userId: string, sealed: string): Promise<SecretString> {
    return this.#sealer.open(placeOf(userId), sealed);
  }

  /** A secret that nobody has, opened with the same work as somebody's: where no factor is there, this is to show by no time. */
  async openNobodys(): Promise<SecretString> {
    this.#nobodys ??= this.seal(NOBODY, generateTotpSecret());
    return this.open(NOBODY, await this.#nobodys);
  }
}
