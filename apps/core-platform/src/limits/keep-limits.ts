import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { BlockLimiter, PostgresTokenStore } from '@app/limits';
import { errorFields } from '@app/server';
import { LOGGER, type Logger } from '../platform/logger.js';

const EVERY_MILLIS = 60_000;

/** As long as the core runs, forgets limits that nobody has reached for; at its end gives back what this replica has leased. */
@Injectable()
export class KeepLimits implements OnModuleDestroy {
  readonly #store: PostgresTokenStore;
  readonly #limiter: BlockLimiter;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(store: PostgresTokenStore, limiter: BlockLimiter, @Inject(LOGGER) logger: Logger) {
    this.#store = store;
    this.#limiter = limiter;
    this.#logger = logger;
  }

  /** Begins; requests are served meanwhile. */
  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#guarded(() => this.#store.sweep());
    }, EVERY_MILLIS);
    this.#timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.#guarded(() => this.#limiter.close());
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#logger.warn(errorFields(error), 'what limits leave behind could not be cleared away');
    }
  }
}
