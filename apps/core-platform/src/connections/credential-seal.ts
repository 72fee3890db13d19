import { Injectable } from '@nestjs/common';
import { SecretSealer } from '@app/credentials';
import type { ClientCredentials } from '@app/encryption-client';
import { AppError } from '@app/errors';
import type { Connection, SealedCredentials } from './connection.repository.js';

const placeOf = (connectionId: string) =>
  ({ table: 'service_connection', column: 'api_secret', rowId: connectionId }) as const;

/** Credentials at an encryption service, between the form in which they are used and that in which they are stored. */
@Injectable()
export class CredentialSeal {
  readonly #sealer: SecretSealer;

  constructor(sealer: SecretSealer) {
    this.#sealer = sealer;
  }

  async seal(connectionId: string, credentials: ClientCredentials): Promise<SealedCredentials> {
    const { apiKey, apiSecret } = credentials;
    return { apiKey, apiSecret: await this.#sealer.seal(placeOf(connectionId), apiSecret) };
  }

  /** @throws AppError `internal` where the row has none, or (with an alarm) none that were sealed for it. */
  async open({ id, apiKey, apiSecret }: Connection): Promise<ClientCredentials> {
    if (apiKey === undefined || apiSecret === undefined) throw new AppError('internal');
    return { apiKey, apiSecret: await this.#sealer.open(placeOf(id), apiSecret) };
  }
}
