import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RandomIdentifiers } from '@app/ambient';
import { SecretString } from '@app/secret';
import { isAlive } from '../files/folder-lock.js';
import { EmbeddedPostgres } from '../postgres/embedded-postgres.js';
import { readPostmaster } from '../postgres/postmaster-file.js';
import { provisionDatabases } from '../postgres/provision-databases.js';
import type { Connection } from './connection.js';
import { greeting } from './greeting.js';
import { PROJECT_ROOT } from './project-root.js';
import { ServiceCaller } from './service-caller.js';
import { openSystem, type RunningSystem } from './system.js';
import type { SystemOptions } from './system-options.js';

const ANY_PORT = { encryption: 0, operations: 0, core: 0, coreOperations: 0 };
const RUN = join(PROJECT_ROOT, 'tools/bootstrap/run.mjs');

let parent: string;
let dataDirectory: string;
const running: RunningSystem[] = [];

async function open(options: Partial<SystemOptions> = {}): Promise<RunningSystem> {
  const system = await openSystem({ dataDirectory, ...options });
  running.push(system);
  return system;
}

function readConnection(): Connection {
  return JSON.parse(readFileSync(join(dataDirectory, 'connection.json'), 'utf8')) as Connection;
}

/** Asks as the `admin` client of the first tenant. */
async function ask(system: RunningSystem, path: string, body?: object) {
  const { url } = system.connection.encryptionService;
  const caller = new ServiceCaller(url, system.certificates, new RandomIdentifiers());
  try {
    return await caller.call(body ? 'POST' : 'GET', path, system.tenant.clients.admin, body);
  } finally {
    await caller.close();
  }
}

beforeAll(async () => {
  execFileSync(process.execPath, [RUN, '--build-only'], { stdio: 'inherit' });
  parent = mkdtempSync(join(tmpdir(), 'launcher-'));
  dataDirectory = join(parent, 'data');
  const first = await openSystem({ dataDirectory, ports: ANY_PORT });
  await first.stop();
});

afterEach(async () => {
  for (const system of running.splice(0)) await system.stop();
});

afterAll(() => {
  rmSync(parent, { recursive: true });
});

describe('openSystem', () => {
  it('leaves what the contract says in connection.json, for its owner alone', async () => {
    const system = await open();
    const connection = readConnection();
    expect(connection).toEqual(system.connection);
    expect(connection.pid).toBe(process.pid);
    expect(Object.keys(connection.encryptionService).sort()).toEqual(
      [
        ...['apiKey', 'apiSecret', 'ca', 'clientCertificate', 'clientKey', 'databaseUrl'],
        ...['operator', 'operationsUrl', 'replicas', 'tenantId', 'url'],
      ].sort(),
    );
    expect(Object.keys(connection.corePlatform).sort()).toEqual(
      ['ca', 'databaseUrl', 'operationsUrl', 'replicas', 'url'].sort(),
    );
    expect(statSync(join(dataDirectory, 'connection.json')).mode & 0o077).toBe(0);
    await system.stop();
    expect(existsSync(join(dataDirectory, 'connection.json'))).toBe(false);
  });

  it('keeps addresses, credentials and data over a restart', async () => {
    const first = await open();
    const { encryptionId, tenantId } = first.tenant;
    const sealed = await ask(first, '/v1/encrypt', { encryptionId, data: 'kept' });
    const { encryptionService, corePlatform } = first.connection;
    await first.stop();
    const second = await open();
    expect(second.connection.encryptionService.url).toBe(encryptionService.url);
    expect(second.connection.corePlatform.url).toBe(corePlatform.url);
    expect(second.connection.encryptionService.apiSecret).toBe(encryptionService.apiSecret);
    expect(second.warning).toBeUndefined();
    const opened = await ask(second, '/v1/decrypt', sealed.body);
    expect(opened.body).toMatchObject({ data: 'kept' });
    const health = await ask(second, '/v1/health');
    expect(health.body).toMatchObject({ client: { tenantId } });
  });

  it('prints curl commands that work when they are pasted', async (context) => {
    if (spawnSync('curl', ['--version']).error) context.skip('curl is not installed');
    const system = await open();
    const commands = greeting(system, '1').filter((line) => line.startsWith('  curl '));
    expect(commands).toHaveLength(3);
    const answers = commands.map(
      (command) => JSON.parse(execFileSync('/bin/sh', ['-c', command]).toString()) as object,
    );
    expect(answers).toMatchObject([
      { status: 'ok' },
      { encryptionId: system.tenant.encryptionId },
      { totpEnabled: false },
    ]);
  });

  it('starts a process and the database again when they are killed, on the same ports', async () => {
    const events: string[] = [];
    const system = await open({ onEvent: (text) => events.push(text) });
    const before = system.connection;
    const pids = [before.encryptionService, before.corePlatform].map((app) => app.replicas[0]?.pid);
    const database = readPostmaster(join(dataDirectory, 'database/cluster'))?.pid ?? 0;
    for (const pid of [...pids, database]) process.kill(pid ?? 0, 'SIGKILL');
    await vi.waitFor(
      async () => {
        expect(events.filter((text) => text.endsWith('is ready again.'))).toHaveLength(2);
        expect((await ask(system, '/v1/health')).status).toBe(200);
      },
      { timeout: 20_000, interval: 100 },
    );
    const after = readConnection();
    expect(after.encryptionService.url).toBe(before.encryptionService.url);
    expect(after.corePlatform.replicas[0]?.pid).not.toBe(pids[1]);
    expect(after.encryptionService.databaseUrl).toBe(before.encryptionService.databaseUrl);
  });

  it('refuses a folder that is in use, and leaves what runs there alone', async () => {
    const system = await open();
    await expect(open()).rejects.toMatchObject({ code: 'folder_in_use' });
    expect((await ask(system, '/v1/health')).status).toBe(200);
    expect(readConnection().pid).toBe(process.pid);
  });

  it('runs beside another, with several processes of each app', async () => {
    const one = await open();
    const other = await openSystem({
      dataDirectory: join(parent, 'other'),
      encryptionReplicas: 2,
      coreReplicas: 2,
    });
    running.push(other);
    const { encryptionService, corePlatform } = other.connection;
    expect(encryptionService.replicas).toHaveLength(2);
    expect(corePlatform.replicas).toHaveLength(2);
    expect(encryptionService.url).not.toBe(one.connection.encryptionService.url);
    expect(encryptionService.tenantId).not.toBe(one.connection.encryptionService.tenantId);
    expect((await ask(one, '/v1/health')).status).toBe(200);
    expect((await ask(other, '/v1/health')).status).toBe(200);
  });

  it('uses the databases that it is given, and starts none', async () => {
    const server = await EmbeddedPostgres.start({ dataDirectory: join(parent, 'elsewhere') });
    try {
      const password = 'not-the-launchers';
      await provisionDatabases(server.superuserUrl, [
        { database: 'given_es', owner: 'given_es_owner', password },
        { database: 'given_cp', owner: 'given_cp_owner', password },
      ]);
      const url = (name: string): string =>
        `postgres://${name}_owner:${password}@127.0.0.1:${server.port.toString()}/${name}`;
      const system = await open({
        dataDirectory: join(parent, 'with-databases'),
        databases: {
          encryptionService: new SecretString(url('given_es')),
          corePlatform: new SecretString(url('given_cp')),
        },
      });
      expect(system.connection.corePlatform.databaseUrl).toBe(url('given_cp'));
      expect((await ask(system, '/v1/health')).status).toBe(200);
      expect(existsSync(join(parent, 'with-databases/database'))).toBe(false);
      await system.stop();
    } finally {
      await server.stop();
    }
  });

  it('stops everything it has started when a part does not start', async () => {
    const environment = { corePlatform: { CP_LOG_LEVEL: 'no such level' } };
    await expect(open({ environment })).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringContaining('core-platform-1') as string,
    });
    expect(readPostmaster(join(dataDirectory, 'database/cluster'))).toBeUndefined();
    expect(existsSync(join(dataDirectory, 'lock'))).toBe(false);
  });

  it('takes nothing with it that runs on when the launcher is killed', async () => {
    const launcher = spawn(process.execPath, [RUN, 'tools/launcher/main', '--data', dataDirectory]);
    await vi.waitFor(() => readConnection(), { timeout: 60_000, interval: 100 });
    const { encryptionService, corePlatform } = readConnection();
    const replicas = [...encryptionService.replicas, ...corePlatform.replicas];
    const database = readPostmaster(join(dataDirectory, 'database/cluster'))?.pid ?? 0;
    launcher.kill('SIGKILL');
    await vi.waitFor(
      () => {
        const left = [...replicas.map(({ pid }) => pid), database].filter(isAlive);
        expect(left).toEqual([]);
      },
      { timeout: 30_000, interval: 100 },
    );
    const next = await open();
    expect(next.warning).toBeUndefined();
  });
});
