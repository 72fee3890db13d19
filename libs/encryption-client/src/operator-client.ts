import { type CallContext, ServiceCaller } from './caller.js';
import { type ClientCredentials, readTenantCredentials } from './service-answers.js';
import type { ServiceTransport } from './transport.js';

/** The calls of an operator at an encryption service. An operator reaches no key and no data. */
export class OperatorClient {
  readonly #caller: ServiceCaller;

  /** @param transport - borrowed: one serves many clients, and whoever made it closes it. */
  constructor(transport: ServiceTransport, credentials: ClientCredentials) {
    this.#caller = new ServiceCaller(transport, credentials);
  }

  /**
   * `POST /v1/tenants`: a tenant with an `app` client that is bound to the public key of this transport's certificate.
   *
   * Repeated for a tenant without an encryption it answers new credentials and revokes the earlier ones, so that a lost answer loses
   * nothing.
   *
   * @throws AppError `already_exists` where the tenant has an encryption or another operator made it.
   */
  async createTenant(
    tenant: { readonly tenantId: string; readonly name: string },
    context: CallContext,
  ): Promise<ClientCredentials> {
    const { tenantId, name } = tenant;
    const call = {
      method: 'POST',
      path: '/v1/tenants',
      expect: 201,
      body: { tenantId, name },
    } as const;
    return readTenantCredentials(await this.#caller.call(call, context), tenantId);
  }
}
