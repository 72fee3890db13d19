import type { ClientBase } from 'pg';
import { DataSource } from 'typeorm';
import { appRoleOf, assertBoundRole } from './app-role.js';
import { assertProtectedConnection, withSessionSettings } from './connection-url.js';
import { toDatabaseError } from './database-error.js';
import { Database } from './database.js';
import type { Connection, Schema } from './migrate.js';

export interface PoolOptions {
  /** Connections at most. */
  readonly poolSize: number;
  /** Told of a connection that broke, whether it was idle or not; the pool makes a new one by itself. */
  readonly onConnectionError: (error: unknown) => void;
  /** How long an answer is waited for before its connection counts as dead; a little more than the server's own limit unless given. */
  readonly queryTimeoutMillis?: number;
}

const APP_LIMITS = { statementTimeoutMillis: 10_000, lockTimeoutMillis: 5_000 };
const CONNECT_TIMEOUT_MILLIS = 5_000;
const QUERY_TIMEOUT_MILLIS = 12_000;
const KEEP_ALIVE_AFTER_MILLIS = 10_000;

type Verify = (client: ClientBase, done: (error?: Error) => void) => void;

/** What the pool does with a new connection before it lends it for the first time. */
function verifying(onConnectionError: PoolOptions['onConnectionError']): Verify {
  return (client, done) => {
    // The pool listens while a connection is idle and a runner while it has it. In between nobody does, and an 'error' event that
    // nobody hears ends the process: this listener stays.
    client.on('error', onConnectionError);
    assertBoundRole(client).then(() => {
      done();
    }, done);
  };
}

/**
 * The URL of a session under the second role; it holds a password.
 *
 * @throws AppError `internal` where the connection would be unprotected.
 */
export function appSessionUrl(connection: Connection): string {
  const { appUrl, ownerUrl, insecurePlaintext } = connection;
  const role = appUrl === undefined ? appRoleOf(connection.appRole, ownerUrl.expose()) : undefined;
  const url = (appUrl ?? ownerUrl).expose();
  assertProtectedConnection(url, insecurePlaintext);
  return withSessionSettings(url, APP_LIMITS, role);
}

function dataSourceOf(schema: Schema, connection: Connection, pool: PoolOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: appSessionUrl(connection),
    applicationName: schema.applicationName,
    entities: [...schema.entities],
    synchronize: false,
    logging: false,
    // The listener of the connection has told of it by then.
    poolErrorHandler: () => undefined,
    connectTimeoutMS: CONNECT_TIMEOUT_MILLIS,
    extra: {
      max: pool.poolSize,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MILLIS,
      query_timeout: pool.queryTimeoutMillis ?? QUERY_TIMEOUT_MILLIS,
      verify: verifying(pool.onConnectionError),
    },
  });
}

/**
 * Opens the application's pool. Every connection is of the second role from its first query on, and each new one is checked before
 * it is used.
 *
 * @throws AppError `database_unavailable`, or `internal` where the role could pass row-level security by.
 */
export async function openDatabase(
  schema: Schema,
  connection: Connection,
  pool: PoolOptions,
): Promise<Database> {
  const dataSource = dataSourceOf(schema, connection, pool);
  try {
    await dataSource.initialize();
    return new Database(dataSource);
  } catch (error) {
    throw toDatabaseError(error);
  }
}

/**
 * Opens the database as its owner, past row-level security: for commands on the host alone, never for what answers requests.
 *
 * @throws AppError `database_unavailable` or `internal`.
 */
export async function openAsOwner(schema: Schema, connection: Connection): Promise<Database> {
  const url = connection.ownerUrl.expose();
  assertProtectedConnection(url, connection.insecurePlaintext);
  const dataSource = new DataSource({
    type: 'postgres',
    url: withSessionSettings(url, APP_LIMITS),
    applicationName: `${schema.applicationName} command`,
    entities: [...schema.entities],
    synchronize: false,
    logging: false,
    poolSize: 1,
  });
  try {
    await dataSource.initialize();
    return new Database(dataSource);
  } catch (error) {
    throw toDatabaseError(error);
  }
}
