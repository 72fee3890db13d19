import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { SecretString } from '@app/secret';
import { startTestServer, type TestServer } from '../../../test/support/server-database.js';
import { type SilentProxy, startSilentProxy } from '../../../test/support/silent-proxy.js';
import { type Connection, type Database, migrate, openDatabase, type Schema } from './index.js';

const NAME = 'broken';
const SCHEMA: Schema = { applicationName: 'test', migrations: [], entities: [], grants: [] };
const STORM_MILLIS = 3_000;
const QUERY_TIMEOUT_MILLIS = 300;
const ECHO = { name: 'echo', text: 'select $1::text as echo' };

let server: TestServer;
let superuser: pg.Client;

beforeAll(async () => {
  server = await startTestServer([NAME]);
  superuser = new pg.Client({ connectionString: server.superuserUrl });
  await superuser.connect();
  await migrate(SCHEMA, connection(server.urlOf(NAME)));
});

afterAll(async () => {
  await superuser.end();
  await server.stop();
});

function connection(ownerUrl: SecretString): Connection {
  return { ownerUrl, insecurePlaintext: false };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return error instanceof AppError ? error.code : 'another error';
  }
}

function call(database: Database, turn: number): Promise<unknown> {
  if (turn % 2 === 0) return database.execute(ECHO, [String(turn)]);
  return database.transaction({}, async (manager) => {
    await manager.query('select pg_sleep(0.002)');
    await manager.query('select $1::text as echo', [String(turn)]);
  });
}

describe('a server that ends connections at random', () => {
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => {
    uncaught.push(error);
  };
  const codes = new Set<string>();
  let told = 0;
  let database: Database;

  beforeAll(async () => {
    process.on('uncaughtException', note);
    database = await openDatabase(SCHEMA, connection(server.urlOf(NAME)), {
      poolSize: 8,
      onConnectionError: () => (told += 1),
    });
    const storm = AbortSignal.timeout(STORM_MILLIS);
    const callers = Array.from({ length: 16 }, async (_, start) => {
      for (let turn = start; !storm.aborted; turn += 1)
        codes.add(await codeOf(call(database, turn)));
    });
    while (!storm.aborted) {
      await superuser.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where usename = $1 order by random() limit 3',
        [NAME],
      );
      await sleep(3);
    }
    await Promise.all(callers);
  });

  afterAll(async () => {
    process.off('uncaughtException', note);
    await database.close();
  });

  it('makes calls fail as database_unavailable, and in no other way', () => {
    expect([...codes].sort()).toEqual(['database_unavailable', 'done']);
  });

  it('ends the process at no moment of a connection', () => {
    expect(uncaught).toEqual([]);
    expect(told).toBeGreaterThan(0);
  });

  it('leaves a pool that works', async () => {
    expect(await codeOf(database.ping())).toBe('done');
  });
});

describe('connections that go silent', () => {
  let proxy: SilentProxy;
  let database: Database;

  beforeAll(async () => {
    const url = new URL(server.urlOf(NAME).expose());
    proxy = await startSilentProxy(Number(url.port));
    url.port = proxy.port.toString();
    database = await openDatabase(SCHEMA, connection(new SecretString(url.href)), {
      poolSize: 1,
      onConnectionError: () => undefined,
      queryTimeoutMillis: QUERY_TIMEOUT_MILLIS,
    });
  });

  afterAll(async () => {
    await database.close();
    await proxy.stop();
  });

  const nothing = () => database.transaction({}, () => Promise.resolve());
  const ping = () => database.ping();

  it.each([
    ['transaction', nothing],
    ['statement', ping],
  ])('fail the %s that meets them, and are not lent again', async (_, meet) => {
    expect(await codeOf(meet())).toBe('done');
    proxy.goSilent();
    expect(await codeOf(meet())).toBe('database_unavailable');
    expect(await codeOf(nothing())).toBe('done');
    expect(await codeOf(ping())).toBe('done');
  });

  it('cost a transaction that was under way one timeout, not one for the rollback as well', async () => {
    const start = performance.now();
    const cut = database.transaction({}, async (manager) => {
      proxy.goSilent();
      await manager.query('select 1');
    });
    expect(await codeOf(cut)).toBe('database_unavailable');
    expect(performance.now() - start).toBeLessThan(2 * QUERY_TIMEOUT_MILLIS);
    expect(await codeOf(nothing())).toBe('done');
  });

  it('are cut as well when only the rollback meets the silence', async () => {
    const failed = database.transaction({}, () => {
      proxy.goSilent();
      return Promise.reject(new AppError('not_found'));
    });
    expect(await codeOf(failed)).toBe('not_found');
    expect(await codeOf(nothing())).toBe('done');
  });
});
