import type { Clock, Identifiers } from '@app/ambient';
import type { ClientLimits, ClientScope } from '@app/contract';
import { generateApiSecret, hashApiSecret, type ServiceKeys } from '@app/crypto';
import type { SecretString } from '@app/secret';
import { apiKeyOf } from '../callers/api-keys.js';
import type { StoredBinding } from '../callers/certificate-binding.js';
import { ClientEntity } from './client.entity.js';

/** What a new client is to be. */
export interface ClientPlan {
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly ClientScope[];
  readonly encryptionIds?: readonly string[] | undefined;
  readonly certificates: readonly StoredBinding[];
  readonly unbound: boolean;
  readonly expiresAt?: Date | undefined;
  readonly limits?: ClientLimits | undefined;
}

/** A client that is not stored yet, with the only copy of its secret. */
export interface NewClient {
  readonly client: ClientEntity;
  readonly secret: SecretString;
}

/** Makes clients. */
export class NewClients {
  constructor(
    private readonly keys: ServiceKeys,
    private readonly identifiers: Identifiers,
    private readonly clock: Clock,
  ) {}

  make(plan: ClientPlan): NewClient {
    const { tenantId, name, unbound, expiresAt, limits } = plan;
    const id = this.identifiers.newUuid();
    const secret = generateApiSecret();
    const now = this.clock.now();
    const client = Object.assign(new ClientEntity(), {
      tenantId,
      id,
      name,
      apiKey: apiKeyOf('client', id),
      secretHash: hashApiSecret(this.keys.apiSecret, { tenantId, clientId: id }, secret),
      scopes: [...plan.scopes],
      encryptionIds: plan.encryptionIds === undefined ? undefined : [...plan.encryptionIds],
      certificates: [...plan.certificates],
      unbound,
      expiresAt,
      limits,
      state: 'active',
      createdAt: now,
      updatedAt: now,
    } satisfies Partial<ClientEntity>);
    return { client, secret };
  }
}
