import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import type { CallContext } from '@app/encryption-client';
import { type Connection, ConnectionRepository } from '../connections/connection.repository.js';
import { CredentialSeal } from '../connections/credential-seal.js';
import { LocalService } from '../connections/local-service.js';
import { destroyKeys } from './destroy-keys.js';
import { RemovalRepository } from './removal.repository.js';

/**
 * Carries a begun removal to its end: blobs first, then the keys at the service, then the rest. Each step may be repeated, by this replica
 * or another one, and nothing is forgotten before it is done: a connection stays until the service has taken its order.
 */
@Injectable()
export class FinishRemoval {
  readonly #removals: RemovalRepository;
  readonly #connections: ConnectionRepository;
  readonly #service: LocalService;
  readonly #seal: CredentialSeal;
  readonly #clock: Clock;

  constructor(
    removals: RemovalRepository,
    connections: ConnectionRepository,
    service: LocalService,
    seal: CredentialSeal,
    clock: Clock,
  ) {
    this.#removals = removals;
    this.#connections = connections;
    this.#service = service;
    this.#seal = seal;
    this.#clock = clock;
  }

  /**
   * @param untilMillis - of the clock: no further items are erased then, and the rest is left to another time.
   * @throws AppError what the database or the encryption service gave; what has been done until then stays done.
   */
  async finish(tenantId: string, context: CallContext, untilMillis = Infinity): Promise<void> {
    while (await this.#removals.eraseItems(tenantId))
      if (this.#clock.nowMillis() >= untilMillis) return;
    for (const connection of await this.#connections.list(tenantId))
      await this.#eraseConnection(connection, context);
    await this.#removals.eraseTenant(tenantId);
  }

  async #eraseConnection(connection: Connection, context: CallContext): Promise<void> {
    const { id, tenantId, state, encryptionId } = connection;
    // A new one has no credentials yet, and so nothing was made with them.
    if (state !== 'new') {
      const client = this.#service.clientOf(await this.#seal.open(connection));
      await destroyKeys(client, encryptionId, context);
    }
    await this.#removals.eraseConnection(tenantId, id, {
      at: this.#clock.now(),
      action: 'encryption.destroy',
      outcome: 'success',
      tenantId,
      subject: { kind: 'connection', id },
      items: 1,
      requestId: context.requestId,
    });
  }
}
