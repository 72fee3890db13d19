import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Clock, Identifiers } from '@app/ambient';
import { type CallContext, type ClientCredentials, passOn } from '@app/encryption-client';
import { AppError } from '@app/errors';
import { errorFields } from '@app/server';
import { LOGGER, type Logger } from '../platform/logger.js';
import { type Connection, ConnectionRepository, type Lease } from './connection.repository.js';
import { CredentialSeal } from './credential-seal.js';
import { heard } from './heard.js';
import { LocalService } from './local-service.js';
import { makeEncryption } from './make-encryption.js';

/** A little longer than one step can take, which is at most two calls of 10 seconds. It is renewed before each. */
export const LEASE_SECONDS = 22;
const WAIT_MILLIS = 10_000;
const POLL_MILLIS = 100;
const MAX_POLL_MILLIS = 1_000;

/**
 * Sets up a tenant's encryption at the core's own service, and resumes what stopped half-way. Credentials are stored before the
 * encryption is made, and the encryption's id is chosen before that, so that after a crash between any two steps the next one repeats
 * the step and goes on.
 */
@Injectable()
export class SetUpConnection {
  readonly #connections: ConnectionRepository;
  readonly #service: LocalService;
  readonly #seal: CredentialSeal;
  readonly #identifiers: Identifiers;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(
    connections: ConnectionRepository,
    service: LocalService,
    seal: CredentialSeal,
    identifiers: Identifiers,
    clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#connections = connections;
    this.#service = service;
    this.#seal = seal;
    this.#identifiers = identifiers;
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * The tenant's current connection, set up if it is not yet. Of several who want it at once, here or on other replicas, one works and
   * the others look from time to time whether it is done, or its lease over: then the one who worked has died.
   *
   * @throws AppError as `passOn` gives it; `encryption_service_unavailable` also where somebody else has not finished in time.
   */
  async ensureReady(tenantId: string, context: CallContext): Promise<Connection> {
    const until = this.#clock.nowMillis() + WAIT_MILLIS;
    let pause = POLL_MILLIS;
    while (this.#clock.nowMillis() < until) {
      const connection = await this.#connections.findCurrent(tenantId);
      if (connection === undefined) throw new AppError('not_found');
      if (connection.state === 'ready') return connection;
      const isFree = connection.leasedForMillis === 0;
      if (isFree && (await this.#workOn(tenantId, context))) continue;
      await sleep(isFree ? pause : Math.min(pause, connection.leasedForMillis));
      pause = Math.min(pause * 2, MAX_POLL_MILLIS);
    }
    throw new AppError('encryption_service_unavailable', { retryAfterSeconds: 1 });
  }

  /** As {@link ensureReady}, for whoever can do without: a failure is logged, and shows at the first use. */
  async attempt(tenantId: string, context: CallContext): Promise<void> {
    try {
      await this.ensureReady(tenantId, context);
    } catch (error) {
      const { requestId } = context;
      this.#logger.warn({ tenantId, requestId, ...errorFields(error) }, 'set-up failed');
    }
  }

  /** @returns whether this call had the lease. */
  async #workOn(tenantId: string, context: CallContext): Promise<boolean> {
    const leaseId = this.#identifiers.newUuid();
    const connection = await this.#connections.lease(tenantId, leaseId, LEASE_SECONDS);
    if (connection === undefined) return false;
    const lease = { tenantId, connectionId: connection.id, leaseId };
    try {
      await this.#finish(connection, lease, context);
    } catch (error) {
      await this.#release(lease);
      throw error;
    }
    return true;
  }

  async #release(lease: Lease): Promise<void> {
    try {
      await this.#connections.release(lease);
    } catch (error) {
      // The lease ends by itself; this must not hide why the set-up failed.
      this.#logger.warn(errorFields(error), 'lease not released');
    }
  }

  async #finish(connection: Connection, lease: Lease, context: CallContext): Promise<void> {
    const { id, encryptionId } = connection;
    const credentials =
      connection.state === 'new'
        ? await this.#makeCredentials(lease, context)
        : await this.#seal.open(connection);
    await this.#connections.renew(lease, LEASE_SECONDS);
    try {
      await this.#makeEncryption(credentials, encryptionId, context);
    } catch (error) {
      if (!isRevoked(error)) throw passOn(error);
      // A request of an earlier attempt arrived late and revoked what had been stored since: new ones put that right.
      const renewed = await this.#makeCredentials(lease, context);
      await this.#connections.renew(lease, LEASE_SECONDS);
      await heard(this.#makeEncryption(renewed, encryptionId, context));
    }
    await this.#connections.markReady(lease, {
      at: this.#clock.now(),
      action: 'connection.ready',
      outcome: 'success',
      tenantId: lease.tenantId,
      subject: { kind: 'connection', id },
      items: 1,
      requestId: context.requestId,
    });
  }

  /** Every tenant begins under the platform's master key: only a call of its people can bring one of theirs. */
  #makeEncryption(
    credentials: ClientCredentials,
    encryptionId: string,
    context: CallContext,
  ): Promise<void> {
    return makeEncryption(this.#service.clientOf(credentials), encryptionId, 'platform', context);
  }

  async #makeCredentials(lease: Lease, context: CallContext): Promise<ClientCredentials> {
    await this.#connections.renew(lease, LEASE_SECONDS);
    const credentials = await heard(this.#service.makeTenant(lease.tenantId, context));
    const sealed = await this.#seal.seal(lease.connectionId, credentials);
    await this.#connections.storeCredentials(lease, sealed);
    return credentials;
  }
}

function isRevoked(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unauthenticated';
}
