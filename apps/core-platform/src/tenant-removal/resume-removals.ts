import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Identifiers } from '@app/ambient';
import { errorFields } from '@app/server';
import { LOGGER, type Logger } from '../platform/logger.js';
import { FinishRemoval } from './finish-removal.js';
import { RemovalRepository } from './removal.repository.js';

const BEFORE_THE_FIRST = '00000000-0000-0000-0000-000000000000';
const REST_MILLIS = 60_000;

/** As long as the core runs, goes once a minute through the tenants that were deleted and of which something is left. */
@Injectable()
export class ResumeRemovals {
  readonly #removals: RemovalRepository;
  readonly #finishRemoval: FinishRemoval;
  readonly #identifiers: Identifiers;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    removals: RemovalRepository,
    finishRemoval: FinishRemoval,
    identifiers: Identifiers,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#removals = removals;
    this.#finishRemoval = finishRemoval;
    this.#identifiers = identifiers;
    this.#logger = logger;
  }

  /** Begins; requests are served meanwhile. */
  start(): void {
    this.#running = this.#run();
  }

  /** Ends behind the tenant that is at work. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** One round. What fails is logged, and keeps nothing else from its turn. */
  async tryAll(): Promise<void> {
    try {
      let tenantId = await this.#removals.findUnfinished(BEFORE_THE_FIRST);
      while (tenantId !== undefined && !this.#stopping.signal.aborted) {
        await this.#attempt(tenantId);
        tenantId = await this.#removals.findUnfinished(tenantId);
      }
    } catch (error) {
      this.#logger.warn(errorFields(error), 'resuming removals failed');
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.tryAll();
      await this.#rest();
    }
  }

  async #attempt(tenantId: string): Promise<void> {
    const requestId = this.#identifiers.newUuid();
    try {
      await this.#finishRemoval.finish(tenantId, { requestId });
    } catch (error) {
      this.#logger.warn({ tenantId, requestId, ...errorFields(error) }, 'removal goes on later');
    }
  }

  async #rest(): Promise<void> {
    try {
      await sleep(REST_MILLIS, undefined, { signal: this.#stopping.signal });
    } catch {
      // Stopped, which is what ends a rest early.
    }
  }
}
