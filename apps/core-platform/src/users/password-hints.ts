import { Injectable } from '@nestjs/common';
import { SecretSealer } from '@app/credentials';
import { SecretString } from '@app/secret';
import type { StoredHint } from './user.repository.js';

const placeOf = (userId: string) => ({
  table: 'user_account',
  column: 'password_hint',
  rowId: userId,
});

/** Seals and opens hints: a hint is half a password, and must not be read in the database or a backup of it. */
@Injectable()
export class PasswordHints {
  readonly #sealer: SecretSealer;

  constructor(sealer: SecretSealer) {
    this.#sealer = sealer;
  }

  async seal(userId: string, hint: string | undefined, isPublic: boolean): Promise<StoredHint> {
    if (hint === undefined) return { sealed: undefined, isPublic };
    return { sealed: await this.#sealer.seal(placeOf(userId), new SecretString(hint)), isPublic };
  }

  async open(userId: string, hint: StoredHint): Promise<SecretString | undefined> {
    if (hint.sealed === undefined) return undefined;
    return this.#sealer.open(placeOf(userId), hint.sealed);
  }
}
