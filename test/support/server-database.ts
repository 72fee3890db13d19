import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretString } from '@app/secret';
import { EmbeddedPostgres } from '../../tools/postgres/embedded-postgres.js';
import { provisionDatabases } from '../../tools/postgres/provision-databases.js';

/** A server with empty databases, each owned by a role of its own name with the password `owner`. */
export interface TestServer {
  readonly superuserUrl: string;
  urlOf(database: string, user?: string): SecretString;
  stop(): Promise<void>;
}

export async function startTestServer(databases: readonly string[]): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-test-'));
  // As root the server runs under another account, which has to pass through here.
  chmodSync(folder, 0o711);
  const server = await EmbeddedPostgres.start({ dataDirectory: join(folder, 'database') });
  await provisionDatabases(
    server.superuserUrl,
    databases.map((name) => ({ database: name, owner: name, password: 'owner' })),
  );
  return describeServer(server.superuserUrl, server.port, async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
}

/** What a test sees of a server on this machine. */
export function describeServer(
  superuserUrl: string,
  port: number,
  stop: () => Promise<void>,
): TestServer {
  const host = `127.0.0.1:${port.toString()}`;
  return {
    superuserUrl,
    urlOf: (database, user = database) =>
      new SecretString(`postgres://${user}:owner@${host}/${database}`),
    stop,
  };
}
