import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceApp } from '../../../test/support/service-app.js';
import { SCHEMA, TABLES_WITHOUT_TENANT } from './schema.js';

const OF_A_TENANT = [
  'tenant',
  'client',
  'encryption',
  'encryption_key_version',
  'message_count',
  'audit_record',
  'idempotency_record',
  'master_key_failure',
  'usage_day',
];

let service: ServiceApp;
let tenantId: string;

beforeAll(async () => {
  service = await ServiceApp.start();
  const tenant = await service.tenant();
  ({ tenantId } = tenant);
  const encryptionId = await service.encryption(tenant.admin);
  await service.blob(tenant.admin, encryptionId);
  await service.send('POST', '/v1/rotate', {
    as: tenant.admin,
    body: { encryptionId },
    headers: { 'idempotency-key': 'once' },
  });
  const ids = [tenantId, randomUUID(), encryptionId].map((id) => `'${id}'::uuid`).join(', ');
  await run(`select master_key_tried(${ids}, false)`);
  await run('select roll_up_usage(1000000)');
});

afterAll(async () => {
  await service.stop();
});

function count(table: string, scope: { tenantId?: string } = {}): Promise<number> {
  return service.test.database.transaction(scope, async (manager) => {
    const rows = await manager.query<{ n: number }[]>(`select count(*)::int as n from ${table}`);
    return rows[0]?.n ?? -1;
  });
}

async function sqlState(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const { cause } = error as { cause?: { driverError?: { code?: string } } };
    return cause?.driverError?.code;
  }
}

function run(text: string, scope: { tenantId?: string } = { tenantId }): Promise<unknown> {
  return service.test.database.transaction(scope, (manager) => manager.query(text));
}

describe('the tables of the encryption service', () => {
  it('all belong to a tenant, or are named with the reason why not', async () => {
    const rows = await service.test.asOwner<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
    const expected = [...OF_A_TENANT, ...Object.keys(TABLES_WITHOUT_TENANT)].sort();
    expect(rows.map(({ name }) => name).sort()).toEqual(expected);
  });

  it.each(OF_A_TENANT)('%s shows its rows to a query in its tenant', async (table) => {
    expect(await count(table, { tenantId })).toBeGreaterThan(0);
  });

  it.each(OF_A_TENANT)('%s shows no row to a query that forgets its tenant', async (table) => {
    expect(await count(table)).toBe(0);
  });

  it.each(OF_A_TENANT)('%s shows no row to a query in another tenant', async (table) => {
    expect(await count(table, { tenantId: randomUUID() })).toBe(0);
  });

  it.each(OF_A_TENANT)(
    '%s forgets the tenant of a connection that was used before',
    async (table) => {
      await Promise.all(Array.from({ length: 16 }, () => count(table, { tenantId })));
      const counts = await Promise.all(Array.from({ length: 16 }, () => count(table)));
      expect(new Set(counts)).toEqual(new Set([0]));
    },
  );

  it('refuses a row of another tenant', async () => {
    const insert = `insert into audit_record (tenant_id, at, client_id, operation, outcome, items, request_id)
                    values ('${randomUUID()}', now(), '${randomUUID()}', 'x', 'success', 1, 'r')`;
    expect(await sqlState(run(insert))).toBe('42501');
  });

  it.each([
    ['select * from operator', '42501'],
    ['select * from migrations', '42501'],
    ['update audit_record set outcome = outcome', '42501'],
    ['delete from audit_record', '42501'],
    ['delete from client', '42501'],
    ['truncate audit_record', '42501'],
    ['alter table client disable row level security', '42501'],
    ['create table mine (id integer)', '42501'],
  ])('does not let the application do this: %s', async (text, state) => {
    expect(await sqlState(run(text))).toBe(state);
  });

  it('names only tables and functions that are there in its grants', () => {
    const tables = SCHEMA.grants
      .filter(({ on }) => !on.startsWith('function '))
      .map(({ on }) => on);
    expect([...tables].sort()).toEqual([...OF_A_TENANT, 'outer_key'].sort());
  });

  it('does not let a tenant’s session change its own tenant’s row', async () => {
    await run(`update tenant set operator_id = gen_random_uuid() where id = '${tenantId}'`);
    const [row] = await service.test.asOwner<{ same: boolean }>(
      `select operator_id = (select id from operator where api_key = '${service.operator.apiKey}') as same from tenant where id = '${tenantId}'`,
    );
    expect(row?.same).toBe(true);
  });

  it('keeps one active version, whatever the application does', async () => {
    const text = `update encryption_key_version set state = 'active' where tenant_id = '${tenantId}'`;
    expect(await sqlState(run(text))).toBe('23505');
  });
});
