import { Injectable } from '@nestjs/common';
import { Clock, Identifiers } from '@app/ambient';
import {
  AccessTokens,
  generateRefreshToken,
  isRefreshToken,
  RefreshTokenHasher,
} from '@app/credentials';
import { SecretString } from '@app/secret';
import { SigningKeys } from '../signing-keys/signing-keys.js';
import type { StoredToken, TokenOwner } from './session.repository.js';

const REFRESH_TOKEN_MILLIS = 30 * 86_400_000;

/** Makes and reads the two tokens of a session. */
@Injectable()
export class SessionTokens {
  readonly #accessTokens: AccessTokens;
  readonly #hasher: RefreshTokenHasher;
  readonly #keys: SigningKeys;
  readonly #identifiers: Identifiers;
  readonly #clock: Clock;

  constructor(
    accessTokens: AccessTokens,
    hasher: RefreshTokenHasher,
    keys: SigningKeys,
    identifiers: Identifiers,
    clock: Clock,
  ) {
    this.#accessTokens = accessTokens;
    this.#hasher = hasher;
    this.#keys = keys;
    this.#identifiers = identifiers;
    this.#clock = clock;
  }

  newRefreshToken(): { readonly token: SecretString; readonly stored: StoredToken } {
    const token = generateRefreshToken();
    const createdAt = this.#clock.now();
    const expiresAt = new Date(createdAt.getTime() + REFRESH_TOKEN_MILLIS);
    return { token, stored: { hash: this.#hasher.hash(token), createdAt, expiresAt } };
  }

  /** The hash under which a token that a caller sent would be stored; `undefined` for what cannot be one. */
  hashOf(token: string): Buffer | undefined {
    return isRefreshToken(token) ? this.#hasher.hash(new SecretString(token)) : undefined;
  }

  newAccessToken(owner: TokenOwner): Promise<SecretString> {
    return this.#accessTokens.sign(this.#keys.active, owner, this.#identifiers.newUuid());
  }
}
