import pg from 'pg';
import {
  type Connection,
  type Database,
  migrate,
  openDatabase,
  type Schema,
} from '@app/persistence';
import { startTestServer, type TestServer } from './server-database.js';

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

/** How a server with empty databases is started. */
export type StartServer = (databases: readonly string[]) => Promise<TestServer>;

/** Starts a server, makes a database and migrates it. Whoever opens it stops it. */
export async function openTestDatabase(
  schema: Schema,
  start: StartServer = startTestServer,
): Promise<TestDatabase> {
  const server = await start([NAME]);
  const ownerUrl = server.urlOf(NAME);
  const connection = { ownerUrl, insecurePlaintext: false };
  await migrate(schema, connection);
  const database = await openDatabase(schema, connection, {
    poolSize: 8,
    onConnectionError: () => undefined,
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
    },
  };
}
