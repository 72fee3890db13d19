import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findFreePort } from '../../tools/network/free-port.js';
import { provisionDatabases } from '../../tools/postgres/provision-databases.js';
import { describeServer, type TestServer } from './server-database.js';

/** Where Debian puts each major version. */
const VERSIONS = '/usr/lib/postgresql';
const OLDEST = 14;
/** The embedded one. */
const NEWEST = 18;
const NOBODY = 65_534;
const START_MILLIS = 20_000;

export interface SystemPostgresql {
  readonly major: number;
  readonly bin: string;
}

/** The oldest PostgreSQL of the operating system that is supported and is not the embedded version; undefined where there is none. */
export function findSystemPostgresql(): SystemPostgresql | undefined {
  if (!existsSync(VERSIONS)) return undefined;
  const [major] = readdirSync(VERSIONS)
    .map(Number)
    .filter((version) => version >= OLDEST && version < NEWEST)
    .filter((version) => existsSync(join(VERSIONS, version.toString(), 'bin/initdb')))
    .sort((a, b) => a - b);
  return major === undefined ? undefined : { major, bin: join(VERSIONS, major.toString(), 'bin') };
}

async function untilItAnswers(url: string): Promise<void> {
  for (let waited = 0; waited < START_MILLIS; waited += 100) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      // It is starting.
      await sleep(100);
    }
  }
  throw new Error('the server of the operating system did not start');
}

/** Starts a cluster of its own with the programs of the operating system, as nobody where this is root. */
export async function startSystemServer(
  { bin }: SystemPostgresql,
  databases: readonly string[],
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-test-'));
  const data = join(folder, 'cluster');
  mkdirSync(data, { mode: 0o700 });
  chmodSync(folder, 0o711);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(data, NOBODY, NOBODY);
  const how = { cwd: '/', ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}) };
  const initdb = ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C'];
  const made = spawnSync(join(bin, 'initdb'), initdb, how);
  if (made.status !== 0) throw new Error(made.stderr.toString());
  const port = await findFreePort();
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', port.toString(), ...settings], {
    ...how,
    stdio: 'ignore',
  });
  const superuserUrl = `postgres://postgres@127.0.0.1:${port.toString()}/postgres`;
  await untilItAnswers(superuserUrl);
  await provisionDatabases(
    superuserUrl,
    databases.map((name) => ({ database: name, owner: name, password: 'owner' })),
  );
  return describeServer(superuserUrl, port, async () => {
    server.kill('SIGINT');
    await once(server, 'exit');
    rmSync(folder, { recursive: true });
  });
}
