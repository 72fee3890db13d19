import { Client, escapeIdentifier } from 'pg';
import { assertBoundRole } from './app-role.js';
import type { Connection, Schema } from './migrate.js';
import { appSessionUrl } from './open-database.js';

/** Who is told of changes. */
export interface ChangeHandlers {
  /** One notification; what it says is up to whoever sends it. */
  readonly onChange: (payload: string) => void;
  /** Notifications may have been missed: once after each time that the listener could not hear, before it hears again. */
  readonly onGap: () => void;
  /** The connection broke, or could not be made; it is tried again. */
  readonly onError: (error: unknown) => void;
}

export interface ListenerOptions {
  /** The channel of `LISTEN`. */
  readonly channel: string;
  /** How long after a failure a new connection is tried; a second unless given. */
  readonly retryMillis?: number;
}

const RETRY_MILLIS = 1_000;
const CONNECT_TIMEOUT_MILLIS = 5_000;
const KEEP_ALIVE_AFTER_MILLIS = 10_000;
/** A connection that says nothing for so long is asked whether it is still there: one that was cut in silence hears nothing. */
const PROBE_MILLIS = 15_000;
const PROBE_TIMEOUT_MILLIS = 5_000;
const CLOSE_MILLIS = 1_000;

/**
 * Hears notifications of PostgreSQL on a connection of its own, of the second role, for as long as the process lives: a broken
 * connection is made anew. It promises no notification, only that a gap is told.
 */
export class ChangeListener {
  readonly #makeClient: () => Client;
  readonly #options: ListenerOptions;
  readonly #handlers: ChangeHandlers;
  #client: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(
    makeClient: () => Client,
    options: ListenerOptions,
    handlers: ChangeHandlers,
  ) {
    this.#makeClient = makeClient;
    this.#options = options;
    this.#handlers = handlers;
  }

  /** Begins to listen; it does not wait for the first connection, without which nothing is lost but time. */
  static start(
    schema: Schema,
    connection: Connection,
    options: ListenerOptions,
    handlers: ChangeHandlers,
  ): ChangeListener {
    const connectionString = appSessionUrl(connection);
    const makeClient = (): Client =>
      new Client({
        connectionString,
        application_name: `${schema.applicationName} listener`,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MILLIS,
        query_timeout: PROBE_TIMEOUT_MILLIS,
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MILLIS,
      });
    const listener = new ChangeListener(makeClient, options, handlers);
    void listener.#connect();
    return listener;
  }

  /** Whether it hears at the moment. */
  get isListening(): boolean {
    return this.#client !== undefined;
  }

  /** Ends the connection, for which it waits a second at most: one that was cut in silence comes to no end. Nothing is told any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) await Promise.race([client.end(), pause(CLOSE_MILLIS)]);
  }

  async #connect(): Promise<void> {
    const client = this.#makeClient();
    // Until the connection is there its failure is told by the promise; afterwards by the event, once.
    client.on('error', (error) => {
      this.#lose(client, error);
    });
    client.on('end', () => {
      this.#lose(client, new Error('the connection of the listener has ended'));
    });
    client.on('notification', ({ payload = '' }) => {
      if (this.#client === client) this.#handlers.onChange(payload);
    });
    try {
      await client.connect();
      await assertBoundRole(client);
      await client.query(`listen ${escapeIdentifier(this.#options.channel)}`);
    } catch (error) {
      this.#fail(client, error);
      return;
    }
    if (this.#isClosed) {
      await client.end();
      return;
    }
    this.#client = client;
    // What came while nobody listened is lost: whatever is remembered from before may be old.
    this.#handlers.onGap();
    this.#probeLater(client);
  }

  #probeLater(client: Client): void {
    this.#timer = setTimeout(() => {
      client.query('select 1').then(
        () => {
          if (this.#client === client) this.#probeLater(client);
        },
        (error: unknown) => {
          this.#lose(client, error);
        },
      );
    }, PROBE_MILLIS);
    this.#timer.unref();
  }

  #lose(client: Client, error: unknown): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    clearTimeout(this.#timer);
    this.#fail(client, error);
  }

  #fail(client: Client, error: unknown): void {
    // Its end is not waited for: a silent connection would not come to one.
    client.end().catch(() => undefined);
    if (this.#isClosed) return;
    this.#handlers.onGap();
    this.#handlers.onError(error);
    this.#timer = setTimeout(() => void this.#connect(), this.#options.retryMillis ?? RETRY_MILLIS);
    this.#timer.unref();
  }
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis).unref();
  });
}
