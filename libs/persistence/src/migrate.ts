import { DataSource, type MigrationInterface } from 'typeorm';
import type { SecretString } from '@app/secret';
import { appRoleOf, ensureAppRole, type Grant } from './app-role.js';
import { assertProtectedConnection, userOf, withSessionSettings } from './connection-url.js';
import { toDatabaseError } from './database-error.js';

/** A migration class; TypeORM sorts them by the time at the end of the name. */
export type MigrationClass = new () => MigrationInterface;

/** What an application says of its database. */
export interface Schema {
  readonly applicationName: string;
  readonly migrations: readonly MigrationClass[];
  /** Classes that TypeORM maps to rows. */
  readonly entities: readonly (new () => object)[];
  /** All that the application's role may do; what is not named here it may not. */
  readonly grants: readonly Grant[];
}

export interface Connection {
  /** The owner's URL: it migrates, and nothing else uses it where `appUrl` is given. */
  readonly ownerUrl: SecretString;
  /** A login of its own for the application. Without it the owner's URL is used with the start-up option `role`. */
  readonly appUrl?: SecretString | undefined;
  /** The role that holds the grants; absent, the database's name with `_app` behind it. */
  readonly appRole?: string | undefined;
  /** Allows a database on another host without verified TLS. */
  readonly insecurePlaintext: boolean;
}

/** One number for all our migrations: an advisory lock belongs to its database. */
const MIGRATION_LOCK = 0x6b657977;
/** Another replica may be migrating a large table. */
const OWNER_LIMITS = { statementTimeoutMillis: 0, lockTimeoutMillis: 300_000 };

async function migrateAsOwner(
  owner: DataSource,
  schema: Schema,
  connection: Connection,
): Promise<number> {
  const holder = owner.createQueryRunner();
  await holder.connect();
  try {
    await holder.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const done = await owner.runMigrations({ transaction: 'each' });
    const { appUrl } = connection;
    const appRole = appRoleOf(connection.appRole, connection.ownerUrl.expose());
    const member = appUrl === undefined ? undefined : userOf(appUrl.expose());
    const run = async (text: string, values?: unknown[]) =>
      (await holder.query(text, values)) as { found?: boolean }[];
    await ensureAppRole(run, appRole, schema.grants, member);
    return done.length;
  } finally {
    // The lock ends with its session; a broken session must not hide the first error behind a second one.
    await holder.release();
    await owner.destroy();
  }
}

/**
 * Brings the database to the newest schema as its owner, under a lock, so that replicas can start together, and gives the
 * application's role its grants.
 *
 * @returns how many migrations ran.
 * @throws AppError `database_unavailable` or `internal`.
 */
export async function migrate(schema: Schema, connection: Connection): Promise<number> {
  const url = connection.ownerUrl.expose();
  assertProtectedConnection(url, connection.insecurePlaintext);
  appRoleOf(connection.appRole, url);
  const owner = new DataSource({
    type: 'postgres',
    url: withSessionSettings(url, OWNER_LIMITS),
    applicationName: `${schema.applicationName} migrate`,
    synchronize: false,
    logging: false,
    migrations: [...schema.migrations],
    migrationsTransactionMode: 'each',
    // One session holds the lock while the migrations run in another.
    poolSize: 2,
  });
  try {
    await owner.initialize();
    return await migrateAsOwner(owner, schema, connection);
  } catch (error) {
    throw toDatabaseError(error);
  }
}
