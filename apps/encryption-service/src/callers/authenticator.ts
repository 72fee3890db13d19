import type { FastifyRequest } from 'fastify';
import type { EntityManager } from 'typeorm';
import type { Clock } from '@app/ambient';
import { HEADERS } from '@app/contract';
import { hashApiSecret, isApiSecret, isWellFormedApiSecret, type ServiceKeys } from '@app/crypto';
import { AppError } from '@app/errors';
import { SecretString } from '@app/secret';
import { CLIENT_FORMAT, type ClientEntity } from '../clients/client.entity.js';
import type { RowSeals } from '../integrity/row-seals.js';
import { TENANT_FORMAT } from '../tenants/tenant.entity.js';
import { kindOfApiKey } from './api-keys.js';
import type { Caller, ClientCaller, OperatorCaller } from './caller.js';
import type { RecentRows } from '../remembered/recent-rows.js';
import type { CallerRepository, FoundClient } from './caller.repository.js';
import { type CertificateIdentity, matches, type StoredBinding } from './certificate-binding.js';
import { OPERATOR_FORMAT } from './operator.entity.js';
import type { PeerCertificates } from './peer-certificates.js';

interface Credentials {
  readonly apiKey: string;
  readonly secret: SecretString;
  readonly certificate: CertificateIdentity;
}

const NOBODY = '00000000-0000-0000-0000-000000000000';
const NO_HASH = Buffer.alloc(32);

function unauthenticated(): AppError {
  return new AppError('unauthenticated');
}

/** The certificate that came with a secret must be one that the secret is bound to. */
function assertBound(
  certificate: CertificateIdentity,
  bindings: readonly StoredBinding[],
  unbound: boolean,
): void {
  if (unbound || bindings.some((binding) => matches(certificate, binding))) return;
  throw new AppError('forbidden');
}

/**
 * Says who is calling: a client certificate of the CA, and on top of it an API key with its secret. What is remembered of a client
 * admits it only where the record of its call will look at the same rows again, and refuses nobody.
 */
export class Authenticator {
  constructor(
    private readonly callers: CallerRepository,
    private readonly certificates: PeerCertificates,
    private readonly seals: RowSeals,
    private readonly keys: ServiceKeys,
    private readonly clock: Clock,
    private readonly recent: RecentRows<FoundClient>,
  ) {}

  /**
   * Who it is; whether they are admitted is for {@link admit} to say.
   *
   * @param mayRemember - whether rows that were read for an earlier call will do: only where the call ends with a record that looks at
   *   them again.
   * @throws AppError `unauthenticated` (one answer for an unknown key, a wrong secret, an expired or revoked client),
   *   `database_unavailable`.
   */
  async authenticate(request: FastifyRequest, mayRemember = false): Promise<Caller> {
    const { [HEADERS.apiKey]: apiKey, [HEADERS.apiSecret]: secret } = request.headers;
    if (
      typeof apiKey !== 'string' ||
      typeof secret !== 'string' ||
      !isWellFormedApiSecret(secret)
    ) {
      throw unauthenticated();
    }
    const certificate = this.certificates.of(request.raw.socket);
    // A connection may live longer than the certificate that it came with.
    if (certificate.validToMillis <= this.clock.nowMillis()) throw unauthenticated();
    const credentials = { apiKey, secret: new SecretString(secret), certificate };
    const kind = kindOfApiKey(apiKey);
    if (kind === undefined) throw unauthenticated();
    if (kind === 'operator') return this.#operator(credentials);
    return (mayRemember ? this.#remembered(credentials) : undefined) ?? this.#client(credentials);
  }

  /** @throws AppError `forbidden` for a certificate that the secret is not bound to, and for a disabled tenant. */
  admit(caller: Caller): void {
    const { certificate } = caller;
    if (caller.kind === 'operator') {
      assertBound(certificate, caller.operator.certificates, false);
      return;
    }
    assertBound(certificate, caller.client.certificates, caller.client.unbound);
    if (caller.tenant.state !== 'enabled') throw new AppError('forbidden');
  }

  /**
   * Reads a client's rows anew, since something has changed under a request.
   *
   * @param manager - reads inside its transaction.
   * @throws AppError as {@link authenticate}.
   */
  async refresh(caller: ClientCaller, manager?: EntityManager): Promise<ClientCaller> {
    const { apiKey } = caller.client;
    this.recent.forget(apiKey);
    const found = await (manager === undefined
      ? this.callers.findClient(apiKey)
      : this.callers.findClientIn(manager, apiKey));
    if (!found?.client.secretHash.equals(caller.client.secretHash)) throw unauthenticated();
    const { client, tenant } = found;
    const { certificate } = caller;
    const current = this.#checked({
      kind: 'client',
      client,
      tenant,
      certificate,
      isRemembered: false,
    });
    this.admit(current);
    return current;
  }

  async #client({ apiKey, secret, certificate }: Credentials): Promise<ClientCaller> {
    const found = await this.callers.findClient(apiKey);
    if (found === undefined) {
      // As much hashing as for a client that is there.
      hashApiSecret(this.keys.apiSecret, { tenantId: NOBODY, clientId: NOBODY }, secret);
      throw unauthenticated();
    }
    const { client, tenant } = found;
    const owner = { tenantId: client.tenantId, clientId: client.id };
    if (!isApiSecret(this.keys.apiSecret, owner, secret, client.secretHash))
      throw unauthenticated();
    const caller = { client, tenant, certificate, isRemembered: false };
    const checked = this.#checked({ kind: 'client', ...caller });
    this.recent.keep(client.tenantId, apiKey, found);
    return checked;
  }

  /** The client as it was a moment ago, if that admits it; its seals were checked then. */
  #remembered({ apiKey, secret, certificate }: Credentials): ClientCaller | undefined {
    const found = this.recent.get(apiKey);
    const owner = {
      tenantId: found?.client.tenantId ?? NOBODY,
      clientId: found?.client.id ?? NOBODY,
    };
    // As much hashing whether the client is remembered or not.
    const hash = found?.client.secretHash ?? NO_HASH;
    const isRight = isApiSecret(this.keys.apiSecret, owner, secret, hash);
    if (found === undefined || !isRight || !this.#isCurrent(found.client)) return undefined;
    const { client, tenant } = found;
    return { kind: 'client', client, tenant, certificate, isRemembered: true };
  }

  #isCurrent({ state, expiresAt }: ClientEntity): boolean {
    const hasExpired = expiresAt !== undefined && expiresAt.getTime() <= this.clock.nowMillis();
    return state === 'active' && !hasExpired;
  }

  #checked(caller: ClientCaller): ClientCaller {
    const { client, tenant } = caller;
    this.seals.check(CLIENT_FORMAT, client);
    this.seals.check(TENANT_FORMAT, tenant);
    if (!this.#isCurrent(client)) throw unauthenticated();
    return caller;
  }

  async #operator({ apiKey, secret, certificate }: Credentials): Promise<OperatorCaller> {
    const operator = await this.callers.findOperator(apiKey);
    if (operator === undefined) {
      hashApiSecret(this.keys.apiSecret, { clientId: NOBODY }, secret);
      throw unauthenticated();
    }
    const { id, secretHash } = operator;
    if (!isApiSecret(this.keys.apiSecret, { clientId: id }, secret, secretHash))
      throw unauthenticated();
    this.seals.check(OPERATOR_FORMAT, operator);
    if (operator.state !== 'active') throw unauthenticated();
    return { kind: 'operator', operator, certificate };
  }
}
