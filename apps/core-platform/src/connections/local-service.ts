import {
  type CallContext,
  type ClientCredentials,
  EncryptionClient,
  type OperatorClient,
  type ServiceTransport,
} from '@app/encryption-client';

/** The calls of a tenant's client that the core makes. */
export type ServiceClient = Pick<
  EncryptionClient,
  | 'encrypt'
  | 'decrypt'
  | 'rotate'
  | 'rewrap'
  | 'listVersions'
  | 'createEncryption'
  | 'getEncryption'
  | 'deleteEncryption'
>;

/** The encryption service that the core itself is configured with, and where it sets up tenants. */
export abstract class LocalService {
  /**
   * Makes a service tenant of the same id with an `app` client. Repeated before it has an encryption, it answers new credentials and
   * revokes the earlier ones.
   */
  abstract makeTenant(tenantId: string, context: CallContext): Promise<ClientCredentials>;

  /** A client with a tenant's credentials. */
  abstract clientOf(credentials: ClientCredentials): ServiceClient;
}

/** Over mutual TLS; the core's certificate is what the tenants' clients are bound to. */
export class TlsLocalService extends LocalService {
  readonly #transport: ServiceTransport;
  readonly #operator: OperatorClient;

  constructor(transport: ServiceTransport, operator: OperatorClient) {
    super();
    this.#transport = transport;
    this.#operator = operator;
  }

  override makeTenant(tenantId: string, context: CallContext): Promise<ClientCredentials> {
    // The id is its name there as well: how a tenant is called is nobody's business at the service.
    return this.#operator.createTenant({ tenantId, name: tenantId }, context);
  }

  override clientOf(credentials: ClientCredentials): ServiceClient {
    return new EncryptionClient(this.#transport, credentials);
  }
}
