import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { chooseAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { DataFolder } from './data-folder.js';
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.js';
import { findFreePort } from '../network/free-port.js';
import { openBinaries } from './open-copy.js';
import { readPostmaster } from './postmaster-file.js';
import { provisionDatabases } from './provision-databases.js';
import { type ServerPlace, startServer } from './server-process.js';

let parent: string;
let dataDirectory: string;
const running: EmbeddedPostgres[] = [];

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await EmbeddedPostgres.start({ dataDirectory, ...options });
  running.push(server);
  return server;
}

async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

async function count(url: string): Promise<number> {
  const rows = await query<{ n: number }>(url, 'select count(*)::int as n from kept');
  return rows[0]?.n ?? 0;
}

function serverPlace(): ServerPlace {
  const folder = new DataFolder(dataDirectory);
  const account = chooseAccount(dataDirectory);
  const binaries = findBinaries();
  const native = account === 'nobody' ? openBinaries(binaries) : binaries.native;
  return { account, native, folder };
}

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'postgres-'));
  chmodSync(parent, 0o711);
  dataDirectory = join(parent, 'database');
  const server = await EmbeddedPostgres.start({ dataDirectory });
  await query(server.superuserUrl, 'create table kept (n int)');
  await server.stop();
});

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  vi.unstubAllEnvs();
});

afterAll(() => {
  rmSync(parent, { recursive: true });
});

describe('EmbeddedPostgres', () => {
  it('keeps data, password and port over a restart', async () => {
    const first = await start();
    await query(first.superuserUrl, 'insert into kept values (1)');
    await first.stop();
    const second = await start();
    expect(second.superuserUrl).toBe(first.superuserUrl);
    expect(await count(second.superuserUrl)).toBe(1);
  });

  it('listens on the loopback address only, without a socket, with durable commits', async () => {
    const { superuserUrl } = await start();
    const rows = await query<{ name: string; setting: string }>(
      superuserUrl,
      `select name, setting from pg_settings
        where name in ('listen_addresses', 'unix_socket_directories', 'fsync', 'synchronous_commit') order by name`,
    );
    expect(rows.map(({ name, setting }) => `${name}=${setting}`)).toEqual([
      'fsync=on',
      'listen_addresses=127.0.0.1',
      'synchronous_commit=on',
      'unix_socket_directories=',
    ]);
  });

  it('keeps its password and its log from other users', async () => {
    await start();
    const modes = ['server.json', 'server.log'].map(
      (name) => statSync(join(dataDirectory, name)).mode,
    );
    expect(modes.map((mode) => mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it('writes no values of failing statements into its log', async () => {
    const { superuserUrl } = await start();
    await query(superuserUrl, 'create table if not exists once (name text unique)');
    const insert = "insert into once values ('sentinel-value')";
    await query(superuserUrl, insert);
    await expect(query(superuserUrl, insert)).rejects.toMatchObject({ code: '23505' });
    const log = readFileSync(join(dataDirectory, 'server.log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('sentinel-value');
  });

  it('loses nothing that was acknowledged when the server is killed, and starts it again on its port', async () => {
    const events: string[] = [];
    const server = await start({ onEvent: (text) => events.push(text) });
    await query(server.superuserUrl, 'truncate kept');
    const killed = server.pid ?? 0;
    let acknowledged = 0;
    const client = new pg.Client({ connectionString: server.superuserUrl });
    client.on('error', () => undefined);
    await client.connect();
    setTimeout(() => process.kill(killed, 'SIGKILL'), 300);
    const inserting = (async () => {
      for (;;) {
        await client.query('insert into kept values (1)');
        acknowledged += 1;
      }
    })();
    await expect(inserting).rejects.toThrow();
    await vi.waitFor(() => query(server.superuserUrl, 'select 1'), { timeout: 20_000 });
    expect(server.pid).not.toBe(killed);
    expect(events).toEqual(['The database died and is started again.']);
    expect(acknowledged).toBeGreaterThan(0);
    expect(await count(server.superuserUrl)).toBeGreaterThanOrEqual(acknowledged);
  });

  it('refuses a second start on its folder, naming the process', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({
      code: 'folder_in_use',
      message: expect.stringContaining(process.pid.toString()) as string,
    });
  });

  it('names a demanded port that is busy, and takes another when none is demanded', async () => {
    const { port } = await start();
    await running.pop()?.stop();
    const blocker = createServer().listen(port, '127.0.0.1');
    await once(blocker, 'listening');
    try {
      await expect(start({ port })).rejects.toMatchObject({
        code: 'port_busy',
        message: expect.stringContaining(port.toString()) as string,
      });
      expect((await start()).port).not.toBe((blocker.address() as AddressInfo).port);
    } finally {
      blocker.close();
    }
  });

  it('takes the port that is demanded', async () => {
    const port = await findFreePort();
    expect((await start({ port })).port).toBe(port);
  });

  it('stops the server of a launcher that was killed, and starts its own', async () => {
    const orphan = await startServer(serverPlace(), await findFreePort());
    const ended = once(orphan, 'exit');
    const { pid } = await start();
    expect(await ended).toEqual([0, null]);
    expect(pid).not.toBe(orphan.pid);
  });

  it('waits for a server that is still stopping', async () => {
    const orphan = await startServer(serverPlace(), await findFreePort());
    orphan.kill('SIGINT');
    expect((await start()).pid).not.toBe(orphan.pid);
  });

  it('starts on what a killed server and a killed launcher left behind', async () => {
    const place = serverPlace();
    const dead = await startServer(place, await findFreePort());
    const ended = once(dead, 'exit');
    dead.kill('SIGKILL');
    await ended;
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(place.folder.lockFile, JSON.stringify({ pid }));
    expect(readPostmaster(place.folder.cluster)?.pid).toBe(dead.pid);
    expect(await count((await start()).superuserUrl)).toBeGreaterThan(0);
  });

  it.runIf(process.platform === 'linux')(
    'starts when the number of a killed server belongs to another program now',
    async () => {
      const { cluster } = new DataFolder(dataDirectory);
      writeFileSync(
        join(cluster, 'postmaster.pid'),
        `${process.pid.toString()}\n${cluster}\n0\n1\n`,
      );
      expect((await start()).pid).not.toBe(process.pid);
    },
  );

  it('is refused in production', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    await expect(start()).rejects.toMatchObject({ code: 'refused_in_production' });
  });
});

describe('provisionDatabases', () => {
  const databases = [
    { database: 'one', owner: 'one_owner', password: "it's" },
    { database: 'two', owner: 'two_owner', password: 'b' },
  ];

  function urlOf(server: EmbeddedPostgres, owner: string, database: string): string {
    const password = databases.find((entry) => entry.owner === owner)?.password ?? '';
    return `postgres://${owner}:${encodeURIComponent(password)}@127.0.0.1:${server.port.toString()}/${database}`;
  }

  it('gives each database to an owner who is no superuser and reaches no other', async () => {
    const server = await start();
    await provisionDatabases(server.superuserUrl, databases);
    await provisionDatabases(server.superuserUrl, databases);
    const own = urlOf(server, 'one_owner', 'one');
    expect(
      await query(own, 'select rolsuper, rolbypassrls from pg_roles where rolname = current_user'),
    ).toEqual([{ rolsuper: false, rolbypassrls: false }]);
    await query(own, 'create table mine (n int)');
    await expect(query(urlOf(server, 'one_owner', 'two'), 'select 1')).rejects.toMatchObject({
      code: '42501',
    });
  });
});
