import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSilentProxy } from '../../../test/support/silent-proxy.js';
import { startTestServer, type TestServer } from '../../../test/support/server-database.js';
import { SecretString } from '@app/secret';
import { ChangeListener, type Connection, migrate, type Schema } from './index.js';

const NAME = 'listening';
const SCHEMA: Schema = { applicationName: 'test', migrations: [], entities: [], grants: [] };
const DEADLINE_MILLIS = 10_000;

let server: TestServer;
let superuser: pg.Client;
let connection: Connection;

beforeAll(async () => {
  server = await startTestServer([NAME]);
  superuser = new pg.Client({
    connectionString: server.superuserUrl.replace(/\/[^/]*$/, `/${NAME}`),
  });
  await superuser.connect();
  connection = { ownerUrl: server.urlOf(NAME), insecurePlaintext: false };
  await migrate(SCHEMA, connection);
});

afterAll(async () => {
  await superuser.end();
  await server.stop();
});

interface Heard {
  readonly changes: string[];
  readonly errors: unknown[];
  gaps: number;
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; waited < DEADLINE_MILLIS && !isSo(); waited += 20) await sleep(20);
  expect(isSo()).toBe(true);
}

function listen(to = connection): { heard: Heard; listener: ChangeListener } {
  const heard: Heard = { changes: [], errors: [], gaps: 0 };
  const listener = ChangeListener.start(
    SCHEMA,
    to,
    { channel: 'a_channel', retryMillis: 50 },
    {
      onChange: (payload) => heard.changes.push(payload),
      onError: (error) => heard.errors.push(error),
      onGap: () => {
        heard.gaps += 1;
      },
    },
  );
  return { heard, listener };
}

describe('a listener', () => {
  it('hears what is told on its channel, once', async () => {
    const { heard, listener } = listen();
    await until(() => listener.isListening);
    await superuser.query("select pg_notify('a_channel', 'one'), pg_notify('another', 'two')");
    await until(() => heard.changes.length > 0);
    expect(heard).toEqual({ changes: ['one'], errors: [], gaps: 1 });
    await listener.close();
  });

  it('tells of a gap when its connection is cut, and hears again', async () => {
    const { heard, listener } = listen();
    await until(() => listener.isListening);
    await superuser.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test listener'",
    );
    await until(() => heard.errors.length === 1 && listener.isListening);
    // One when it was cut, one before it hears again: in between it may have missed something.
    expect(heard.gaps).toBe(3);
    await superuser.query("select pg_notify('a_channel', 'again')");
    await until(() => heard.changes.length > 0);
    expect(heard.changes).toEqual(['again']);
    await listener.close();
  });

  it('hears nothing any more once it is closed, and keeps no connection', async () => {
    const { heard, listener } = listen();
    await until(() => listener.isListening);
    await listener.close();
    await superuser.query("select pg_notify('a_channel', 'late')");
    await sleep(100);
    const { rows } = await superuser.query<{ pid: number }>(
      "select pid from pg_stat_activity where application_name = 'test listener'",
    );
    expect([heard.changes, heard.errors, rows]).toEqual([[], [], []]);
  });

  it('closes at once also where its connection was cut in silence', async () => {
    const url = new URL(server.urlOf(NAME).expose());
    const proxy = await startSilentProxy(Number(url.port));
    url.port = proxy.port.toString();
    const { listener } = listen({ ...connection, ownerUrl: new SecretString(url.href) });
    await until(() => listener.isListening);
    proxy.goSilent();
    const start = performance.now();
    await listener.close();
    expect(performance.now() - start).toBeLessThan(8_000);
    await proxy.stop();
  });
});
