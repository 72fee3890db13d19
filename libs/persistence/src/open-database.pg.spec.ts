import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { SecretString } from '@app/secret';
import { startTestServer, type TestServer } from '../../../test/support/server-database.js';
import { type Connection, type Database, migrate, openDatabase, type Schema } from './index.js';

class MakeNote1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table note (id integer primary key, tenant_id uuid not null)');
    await runner.query('select pg_sleep(0.2)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table note');
  }
}

const SCHEMA: Schema = {
  applicationName: 'test',
  migrations: [MakeNote1764000000001],
  entities: [],
  grants: [{ on: 'note', privileges: 'select' }],
};
const POOL = { poolSize: 4, onConnectionError: () => undefined };
const DATABASES = ['one', 'two', 'three', 'four', 'five'];

let server: TestServer;
let superuser: pg.Client;

beforeAll(async () => {
  server = await startTestServer(DATABASES);
  superuser = new pg.Client({ connectionString: server.superuserUrl });
  await superuser.connect();
  await superuser.query("create role login_app login password 'owner'");
  await superuser.query("create role bypassing login bypassrls password 'owner'");
});

afterAll(async () => {
  await superuser.end();
  await server.stop();
});

function connection(database: string, more: Partial<Connection> = {}): Connection {
  return {
    ownerUrl: server.urlOf(database),
    insecurePlaintext: false,
    ...more,
  };
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof AppError ? (error.alarm ?? error.code) : 'another error';
  }
}

async function whoIs(database: Database): Promise<string | undefined> {
  const rows = await database.execute<{ who: string }>(
    { name: 'who', text: 'select current_user as who' },
    [],
  );
  return rows[0]?.who;
}

async function settingsOf(database: Database): Promise<object | undefined> {
  const text = `
    select current_setting('transaction_isolation') as isolation, current_setting('synchronous_commit') as commit,
           current_setting('bytea_output') as bytes, split_part(current_setting('datestyle'), ',', 1) as dates`;
  const [inTransaction] = await database.transaction({}, (manager) =>
    manager.query<object[]>(text),
  );
  const [alone] = await database.execute({ name: 'settings', text }, []);
  expect(inTransaction).toEqual(alone);
  return alone;
}

describe('migrate', () => {
  it('runs each migration once for replicas that start together, also of several databases of one server', async () => {
    const starts = ['one', 'one', 'one', 'two', 'three'].map((name) =>
      migrate(SCHEMA, connection(name)),
    );
    const ran = await Promise.all(starts);
    expect(ran.slice(0, 3).reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(ran.slice(3)).toEqual([1, 1]);
  });

  it('takes back a grant that is not named any more', async () => {
    await migrate(
      { ...SCHEMA, grants: [{ on: 'note', privileges: 'select, delete' }] },
      connection('two'),
    );
    await migrate(SCHEMA, connection('two'));
    const database = await openDatabase(SCHEMA, connection('two'), POOL);
    expect(await codeOf(database.execute({ name: 'd', text: 'delete from note' }, []))).toBe(
      'internal',
    );
    await database.close();
  });

  it("says what to do where another installation has the role's name", async () => {
    const appRole = 'one_app';
    try {
      await migrate(SCHEMA, connection('four', { appRole }));
    } catch (error) {
      expect((error as AppError).detail).toContain('database.appRole');
      return;
    }
    expect.unreachable();
  });

  it.each(['x; drop table note', 'Ä', '', 'a'.repeat(64)])(
    'refuses the role name %j',
    async (appRole) => {
      expect(await codeOf(migrate(SCHEMA, connection('one', { appRole })))).toBe('internal');
    },
  );

  it('says that a database which is not there is not available', async () => {
    const ownerUrl = new SecretString('postgres://u:p@127.0.0.1:9/none');
    expect(await codeOf(migrate(SCHEMA, connection('one', { ownerUrl })))).toBe(
      'database_unavailable',
    );
  });
});

describe('openDatabase', () => {
  it('is of the second role from the first query on, on every connection', async () => {
    const database = await openDatabase(SCHEMA, connection('one'), POOL);
    const who = await Promise.all(Array.from({ length: 12 }, () => whoIs(database)));
    expect(new Set(who)).toEqual(new Set(['one_app']));
    await database.close();
  });

  it('takes a login of its own', async () => {
    const appUrl = server.urlOf('three', 'login_app');
    await superuser.query('grant connect on database three to login_app');
    await migrate(SCHEMA, connection('three', { appUrl }));
    const database = await openDatabase(SCHEMA, connection('three', { appUrl }), POOL);
    expect(await whoIs(database)).toBe('login_app');
    expect(
      await codeOf(database.execute({ name: 'r', text: 'select * from note' }, [])),
    ).toBeUndefined();
    await database.close();
  });

  it.each([
    ['the owner', () => server.urlOf('one')],
    ['a superuser', () => new SecretString(server.superuserUrl)],
    ['a role that passes row-level security by', () => server.urlOf('one', 'bypassing')],
  ])('refuses to run as %s', async (_, appUrl) => {
    await superuser.query('grant connect on database one to bypassing');
    expect(await codeOf(openDatabase(SCHEMA, connection('one', { appUrl: appUrl() }), POOL))).toBe(
      'database_role',
    );
  });

  it('pins what correctness depends on, whatever database and role were set to', async () => {
    for (const target of ['database five', 'role five', 'role five in database five']) {
      await superuser.query(
        `alter ${target} set default_transaction_isolation = 'repeatable read'`,
      );
      await superuser.query(`alter ${target} set synchronous_commit = off`);
      await superuser.query(`alter ${target} set bytea_output = escape`);
      await superuser.query(`alter ${target} set datestyle = 'SQL, DMY'`);
    }
    await migrate(SCHEMA, connection('five'));
    const own = new URL(server.urlOf('five').expose());
    own.searchParams.set('options', '-c synchronous_commit=off -c geqo=off');
    for (const ownerUrl of [server.urlOf('five'), new SecretString(own.href)]) {
      const database = await openDatabase(SCHEMA, connection('five', { ownerUrl }), POOL);
      expect(await settingsOf(database)).toEqual({
        isolation: 'read committed',
        commit: 'on',
        bytes: 'hex',
        dates: 'ISO',
      });
      await database.close();
    }
  });

  it('keeps a transaction whole, and its scope inside it', async () => {
    const database = await openDatabase(SCHEMA, connection('one'), { ...POOL, poolSize: 1 });
    const tenantId = '7c334d78-ecdd-5a9c-9a1a-4e0983c836da';
    const read = "select current_setting('app.tenant', true) as tenant";
    const inside = await database.transaction({ tenantId }, (manager) =>
      manager.query<{ tenant: string }[]>(read),
    );
    const [outside] = await database.execute<{ tenant: string }>({ name: 'scope', text: read }, []);
    expect([inside[0]?.tenant, outside?.tenant]).toEqual([tenantId, '']);
    await database.close();
  });

  it('turns what the server ends into database_unavailable, and goes on afterwards', async () => {
    const database = await openDatabase(SCHEMA, connection('one'), POOL);
    const sleeping = codeOf(database.execute({ name: 'sleep', text: 'select pg_sleep(20)' }, []));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await superuser.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(20)%' and pid <> pg_backend_pid()",
    );
    expect(await sleeping).toBe('database_unavailable');
    await expect(database.ping()).resolves.toBeUndefined();
    await database.close();
  });
});
