import type { Clock } from '@app/ambient';
import { type AppError, toAppError } from '@app/errors';
import type { Database } from '@app/persistence';
import { BlockLimiter } from './block-limiter.js';
import { LocalWhenAway } from './local-when-away.js';
import { PostgresTokenStore } from './postgres-token-store.js';

const SWEEP_MILLIS = 60_000;

export interface SharedLimitsOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Addresses, callers and tenants that a replica remembers at once; each is some hundred bytes. */
  readonly keys: number;
  /** Hears of what failed and is tried again; at most once a second. */
  readonly onFailure: (error: AppError) => void;
}

/** The limits of an app, in its database: for all its replicas together. */
export class SharedLimits {
  /** For how often somebody calls: while the database is away each replica goes on by itself. */
  readonly requests: BlockLimiter;
  /** For what must not be passed: while the database is away nothing is given beyond what was leased. */
  readonly budgets: BlockLimiter;
  readonly #store: PostgresTokenStore;
  readonly #onFailure: (error: AppError) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor({ database, clock, keys, onFailure }: SharedLimitsOptions) {
    this.#store = new PostgresTokenStore(database);
    this.#onFailure = onFailure;
    const whileAway = new LocalWhenAway(this.#store, clock, keys, onFailure);
    this.requests = new BlockLimiter(whileAway, clock, keys);
    this.budgets = new BlockLimiter(this.#store, clock, keys);
  }

  /** From now on forgets once a minute, for all replicas, what has filled up again. */
  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#guarded(() => this.#store.sweep());
    }, SWEEP_MILLIS);
    this.#timer.unref();
  }

  /** Gives back what this replica has leased: to be called once no request runs, before the database is closed. Never rejects. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.#guarded(() => this.requests.close());
    await this.#guarded(() => this.budgets.close());
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#onFailure(toAppError(thrown));
    }
  }
}
