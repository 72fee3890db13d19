import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Identifiers } from '@app/ambient';
import { errorFields } from '@app/server';
import { LOGGER, type Logger } from '../platform/logger.js';
import { ConnectionRepository } from './connection.repository.js';
import { LEASE_SECONDS, SetUpConnection } from './set-up-connection.js';

const BEFORE_THE_FIRST = '00000000-0000-0000-0000-000000000000';

/** Under this it is injected how long to wait before what was left unfinished is tried again. */
export const FIRST_PAUSE_MILLIS = Symbol('first-pause-millis');
/** By then, whoever held a lease and died has lost it. */
export const DEFAULT_FIRST_PAUSE_MILLIS = LEASE_SECONDS * 1_000;
const MAX_PAUSE_MILLIS = 600_000;

/** From the start on, goes through all tenants whose set-up stopped half-way, until none is left. */
@Injectable()
export class ResumeSetUps {
  readonly #connections: ConnectionRepository;
  readonly #setUp: SetUpConnection;
  readonly #identifiers: Identifiers;
  readonly #logger: Logger;
  readonly #firstPauseMillis: number;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    connections: ConnectionRepository,
    setUp: SetUpConnection,
    identifiers: Identifiers,
    @Inject(LOGGER) logger: Logger,
    @Inject(FIRST_PAUSE_MILLIS) firstPauseMillis: number,
  ) {
    this.#connections = connections;
    this.#setUp = setUp;
    this.#identifiers = identifiers;
    this.#logger = logger;
    this.#firstPauseMillis = firstPauseMillis;
  }

  /** Begins; requests are served meanwhile. Resolves when none is left or it was stopped, and never rejects. */
  start(): Promise<void> {
    this.#running = this.#run();
    return this.#running;
  }

  /** Ends behind the tenant that is at work. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let pause = this.#firstPauseMillis;
    while (!(await this.#tryAll()) && !this.#stopping.signal.aborted) {
      await this.#rest(pause);
      pause = Math.min(pause * 2, MAX_PAUSE_MILLIS);
    }
  }

  /** @returns whether there was nothing to try. */
  async #tryAll(): Promise<boolean> {
    const context = { requestId: this.#identifiers.newUuid() };
    let foundNone = true;
    try {
      let tenantId = await this.#connections.findUnfinished(BEFORE_THE_FIRST);
      while (tenantId !== undefined && !this.#stopping.signal.aborted) {
        foundNone = false;
        await this.#setUp.attempt(tenantId, context);
        tenantId = await this.#connections.findUnfinished(tenantId);
      }
      return foundNone;
    } catch (error) {
      this.#logger.warn(errorFields(error), 'resuming set-ups failed');
      return false;
    }
  }

  async #rest(millis: number): Promise<void> {
    try {
      await sleep(millis, undefined, { signal: this.#stopping.signal });
    } catch {
      // Stopped, which is what ends a rest early.
    }
  }
}
