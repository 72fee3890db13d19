import { Inject, Injectable } from '@nestjs/common';
import { Identifiers } from '@app/ambient';
import { errorFields } from '@app/server';
import { LOGGER, type Logger } from '../platform/logger.js';
import { ConnectionRepository } from './connection.repository.js';
import { SetUpConnection } from './set-up-connection.js';

const BEFORE_THE_FIRST = '00000000-0000-0000-0000-000000000000';

/** Goes once, at the start, through all tenants whose set-up stopped half-way. */
@Injectable()
export class ResumeSetUps {
  readonly #connections: ConnectionRepository;
  readonly #setUp: SetUpConnection;
  readonly #identifiers: Identifiers;
  readonly #logger: Logger;
  #isStopping = false;
  #running: Promise<void> = Promise.resolve();

  constructor(
    connections: ConnectionRepository,
    setUp: SetUpConnection,
    identifiers: Identifiers,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#connections = connections;
    this.#setUp = setUp;
    this.#identifiers = identifiers;
    this.#logger = logger;
  }

  /** Begins; requests are served meanwhile. Resolves when all have been tried, and never rejects. */
  start(): Promise<void> {
    this.#running = this.#run().catch((error: unknown) => {
      this.#logger.warn(errorFields(error), 'resuming set-ups failed');
    });
    return this.#running;
  }

  /** Ends behind the tenant that is at work. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const context = { requestId: this.#identifiers.newUuid() };
    let tenantId = await this.#connections.findUnfinished(BEFORE_THE_FIRST);
    while (tenantId !== undefined && !this.#isStopping) {
      await this.#setUp.attempt(tenantId, context);
      tenantId = await this.#connections.findUnfinished(tenantId);
    }
  }
}
