import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import {
  type Connection,
  type Database,
  migrate,
  openDatabase,
  type Schema,
} from '@app/persistence';
import { SecretString } from '@app/secret';
import { EmbeddedPostgres } from '../../tools/postgres/embedded-postgres.js';
import { provisionDatabases } from '../../tools/postgres/provision-databases.js';

/** A migrated database of its own, on a real server of its own. */
export interface TestDatabase {
  /** Under the second role, as the application has it. */
  readonly database: Database;
  readonly connection: Connection;
  /** As the owner, who sees all rows. */
  asOwner<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

const NAME = 'keyward_test';

async function startServer(): Promise<{ server: EmbeddedPostgres; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-test-'));
  // As root the server runs under another account, which has to pass through here.
  chmodSync(folder, 0o711);
  const server = await EmbeddedPostgres.start({ dataDirectory: join(folder, 'database') });
  return { server, folder };
}

async function provision(server: EmbeddedPostgres): Promise<Connection> {
  const owned = { database: NAME, owner: NAME, password: 'owner' };
  await provisionDatabases(server.superuserUrl, [owned]);
  const url = `postgres://${NAME}:owner@127.0.0.1:${server.port.toString()}/${NAME}`;
  return { ownerUrl: new SecretString(url), appRole: `${NAME}_app`, insecurePlaintext: false };
}

/** Starts a server, makes a database and migrates it. Whoever opens it stops it. */
export async function openTestDatabase(schema: Schema): Promise<TestDatabase> {
  const { server, folder } = await startServer();
  const connection = await provision(server);
  await migrate(schema, connection);
  const database = await openDatabase(schema, connection, {
    poolSize: 8,
    onIdleError: () => undefined,
  });
  const owner = new pg.Client({ connectionString: connection.ownerUrl.expose() });
  await owner.connect();
  return {
    database,
    connection,
    asOwner: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await owner.query<Row>(text, [...values])).rows,
    stop: async () => {
      await owner.end();
      await database.close();
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
