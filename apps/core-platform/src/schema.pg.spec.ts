import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS_SCHEMA } from '@app/limits';
import { migrate } from '@app/persistence';
import { openTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { SCHEMA, TABLES_WITHOUT_TENANT } from './schema.js';

const TENANTS = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const PEOPLE = ['33333333-3333-4333-8333-333333333333', '44444444-4444-4444-8444-444444444444'];
const [TENANT = '', OTHER = ''] = TENANTS;
const [PERSON = '', STRANGER = ''] = PEOPLE;
const TABLES = ['tenant', 'membership', 'service_connection', 'vault_item', 'blob', 'audit_event'];

let test: TestDatabase;

/** One row in every table for each of two tenants, put there by the owner. Ids are made from the tenant's. */
async function plant(tenantId: string, userId: string): Promise<void> {
  const rows: [string, unknown[]][] = [
    ["insert into user_account values ($1, $2, 'x', now(), now())", [userId, `user-${userId}`]],
    ["insert into tenant values ($1, 'n', now(), now())", [tenantId]],
    ["insert into membership values ($1, $2, 'owner', 'active', now(), now())", [tenantId, userId]],
    [
      `insert into service_connection (id, tenant_id, kind, is_current, state, master_key_mode, encryption_id, created_at, updated_at)
       values ($1, $1, 'local', true, 'new', 'platform', $1, now(), now())`,
      [tenantId],
    ],
    ["insert into vault_item values ($1, $1, 'note', '{}', $1, now(), now())", [tenantId]],
    [
      "insert into blob values ($1, $1, $1, 'data', $1, $1, $1, 'a', 'x', '{}', now(), now())",
      [tenantId],
    ],
    [
      `insert into audit_event (at, tenant_id, action, outcome, items, request_id) values (now(), $1, 'item.read', 'success', 1, 'r')`,
      [tenantId],
    ],
  ];
  for (const [text, values] of rows) await test.asOwner(text, values);
}

const seen = (scope: object, table: string): Promise<unknown[]> =>
  test.database.transaction(scope, (manager) => manager.query<unknown[]>(`select * from ${table}`));

beforeAll(async () => {
  test = await openTestDatabase(SCHEMA);
  await plant(TENANT, PERSON);
  await plant(OTHER, STRANGER);
});

afterAll(async () => {
  await test.stop();
});

describe('the schema', () => {
  it('migrates once, and finds nothing to do the second time', async () => {
    await expect(migrate(SCHEMA, test.connection)).resolves.toBe(0);
  });

  it('has every table either under row-level security or in the list of those without a tenant', async () => {
    const rows = await test.asOwner<{ relname: string; relrowsecurity: boolean }>(
      `select relname, relrowsecurity from pg_class
       where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`,
    );
    const bound = rows.filter((row) => row.relrowsecurity).map(({ relname }) => relname);
    const free = rows.filter((row) => !row.relrowsecurity).map(({ relname }) => relname);
    expect(bound).toEqual([...TABLES].sort());
    expect(free).toEqual(Object.keys(TABLES_WITHOUT_TENANT).sort());
  });

  it('has exactly the columns that the entities name', async () => {
    const rows = await test.asOwner<{ place: string }>(
      `select table_name || '.' || column_name as place from information_schema.columns
       where table_schema = 'public' and table_name <> all($1)`,
      [['migrations', ...Object.keys(LIMITS_SCHEMA.tables)]],
    );
    const named = await test.database.transaction({}, (manager) =>
      Promise.resolve(
        manager.dataSource.entityMetadatas.flatMap(({ tableName, columns }) =>
          columns.map(({ databaseName }) => `${tableName}.${databaseName}`),
        ),
      ),
    );
    expect(named.sort()).toEqual(rows.map(({ place }) => place).sort());
  });
});

describe.each(TABLES)('the table %s', (table) => {
  it('shows no row to a query that names no tenant', async () => {
    await expect(seen({}, table)).resolves.toEqual([]);
  });

  it('shows no row after a transaction that named one on the same connection', async () => {
    for (let i = 0; i < 20; i += 1) await seen({ tenantId: TENANT }, table);
    await expect(seen({}, table)).resolves.toEqual([]);
  });

  it("shows a tenant's own row and not the other's", async () => {
    const rows = (await seen({ tenantId: TENANT }, table)) as Record<string, unknown>[];
    expect(rows).toHaveLength(1);
    const [row] = rows;
    expect(row?.[table === 'tenant' ? 'id' : 'tenant_id']).toBe(TENANT);
  });

  it("takes no row of another tenant's", async () => {
    const copy = {
      tenant: "insert into tenant values (gen_random_uuid(), 'n', now(), now())",
      membership: `insert into membership values ('${OTHER}', '${PERSON}', 'owner', 'active', now(), now())`,
      service_connection: `insert into service_connection (id, tenant_id, kind, is_current, state, master_key_mode, encryption_id, created_at, updated_at)
        values (gen_random_uuid(), '${OTHER}', 'local', false, 'new', 'platform', '${OTHER}', now(), now())`,
      vault_item: `insert into vault_item values (gen_random_uuid(), '${OTHER}', 'note', '{}', '${OTHER}', now(), now())`,
      blob: `insert into blob values (gen_random_uuid(), '${OTHER}', '${OTHER}', 'metadata', '${OTHER}', '${OTHER}', '${OTHER}', 'a', 'x', '{}', now(), now())`,
      audit_event: `insert into audit_event (at, tenant_id, action, outcome, items, request_id) values (now(), '${OTHER}', 'item.read', 'success', 1, 'r')`,
    }[table];
    const writing = test.database.transaction({ tenantId: TENANT }, (manager) =>
      manager.query(copy ?? ''),
    );
    await expect(writing).rejects.toMatchObject({
      code: 'internal',
      cause: { driverError: { code: '42501' } },
    });
  });
});

describe("a person's view", () => {
  it('shows their own memberships and tenants, and nothing else of any tenant', async () => {
    const scope = { userId: PERSON };
    await expect(seen(scope, 'membership')).resolves.toMatchObject([{ tenant_id: TENANT }]);
    await expect(seen(scope, 'tenant')).resolves.toMatchObject([{ id: TENANT }]);
    for (const table of ['service_connection', 'vault_item', 'blob', 'audit_event'])
      await expect(seen(scope, table)).resolves.toEqual([]);
  });

  it('changes nothing', async () => {
    const changed = await test.database.transaction({ userId: PERSON }, async (manager) => {
      const [, tenants] = await manager.query<[unknown, number]>("update tenant set name = 'x'");
      const [, members] = await manager.query<[unknown, number]>('delete from membership');
      return [tenants, members];
    });
    expect(changed).toEqual([0, 0]);
  });
});

describe("the application's role", () => {
  it.each([
    'update audit_event set action = action',
    'delete from audit_event',
    'update signing_key set state = state',
    'delete from user_account',
    'select * from migrations',
    'create table mine (n int)',
  ])('may not: %s', async (text) => {
    const trying = test.database.transaction({ tenantId: TENANT }, (manager) =>
      manager.query(text),
    );
    await expect(trying).rejects.toMatchObject({ cause: { driverError: { code: '42501' } } });
  });
});

describe('the way back', () => {
  it('undoes every migration and leaves nothing, so that all can run again', async () => {
    const owner = new DataSource({
      type: 'postgres',
      url: test.connection.ownerUrl.expose(),
      migrations: [...SCHEMA.migrations],
    });
    await owner.initialize();
    for (const _ of SCHEMA.migrations) await owner.undoLastMigration();
    await owner.destroy();
    const left = await test.asOwner<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
       union all select proname from pg_proc where pronamespace = 'public'::regnamespace`,
    );
    expect(left).toEqual([{ name: 'migrations' }]);
    await expect(migrate(SCHEMA, test.connection)).resolves.toBe(SCHEMA.migrations.length);
  });
});
