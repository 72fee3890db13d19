import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '@app/ambient';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
} from '../../../../test/support/service-app.js';
import { GroupCommit, type UseValues } from './group-commit.js';

let service: ServiceApp;
let admin: Credentials;
let id: string;

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin } = await service.tenant());
  id = await service.encryption(admin);
});

afterAll(async () => {
  await service.stop();
});

function encrypt(as = admin, encryptionId = id): Promise<ServiceReply> {
  return service.send('POST', '/v1/encrypt', { as, body: { encryptionId, data: 'x' } });
}

async function written(): Promise<{ records: number; transactions: number }> {
  const [row] = await service.test.asOwner<{ records: number; transactions: number }>(
    `select count(*)::int as records, count(distinct xmin::text)::int as transactions
     from audit_record where operation = 'in-a-group'`,
  );
  return row ?? { records: 0, transactions: 0 };
}

/** A use of the first version, by the client that made it; `revision` is what the version is believed to have. */
async function useOfKey(): Promise<(revision: number) => UseValues> {
  const [row] = await service.test.asOwner<{ tenant: string; client: string; version: string }>(
    `select v.tenant_id as tenant, c.id as client, v.id as version
     from encryption_key_version v join client c on c.tenant_id = v.tenant_id and c.api_key = $2
     where v.encryption_id = $1`,
    [id, admin.apiKey],
  );
  const { tenant = '', client = '', version = '' } = row ?? {};
  const at = new SystemClock().now();
  return (revision) => [
    ...[tenant, 1, client, 1, id, 1, { [version]: String(revision) }],
    ...[at, 'in-a-group', 'success', 1, 'request', null, 0, null],
  ];
}

describe('records of key uses', () => {
  it('that come at once share transactions, each with an answer of its own', async () => {
    const use = await useOfKey();
    const group = new GroupCommit(service.test.database);
    const stands = await Promise.all(
      Array.from({ length: 200 }, (_, index) => group.record(use(index % 4 === 0 ? 2 : 1))),
    );
    // Those that believe in another revision than the row has are not on record.
    expect(stands).toEqual(stands.map((_, index) => index % 4 !== 0));
    const { records, transactions } = await written();
    expect(records).toBe(150);
    // The first waits for nobody; the rest came meanwhile, and a group has 128 at most.
    expect(transactions).toBeLessThanOrEqual(3);
  });

  it('of one tenant do not wait for a change of another', async () => {
    const other = await service.tenant();
    const theirs = await service.encryption(other.admin);
    await service.test.asOwner('begin');
    await service.test.asOwner('select lock_tenant($1)', [other.tenantId]);
    let settled = 0;
    const held = Array.from({ length: 4 }, async () => {
      const reply = await encrypt(other.admin, theirs);
      settled += 1;
      return reply.status;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const start = performance.now();
    const free = await Promise.all(Array.from({ length: 40 }, () => encrypt()));
    expect(new Set(free.map(({ status }) => status))).toEqual(new Set([200]));
    expect(settled).toBe(0);
    // After five seconds the server would end those that wait, and so set the others free.
    expect(performance.now() - start).toBeLessThan(4_000);
    await service.test.asOwner('commit');
    expect(await Promise.all(held)).toEqual([200, 200, 200, 200]);
  });

  it('that wait for a change without an end are given up together', async () => {
    const other = await service.tenant();
    const theirs = await service.encryption(other.admin);
    await service.test.asOwner('begin');
    await service.test.asOwner('select lock_tenant($1)', [other.tenantId]);
    const start = performance.now();
    const held = await Promise.all(Array.from({ length: 12 }, () => encrypt(other.admin, theirs)));
    // One time-out of the server, however many wait.
    expect(performance.now() - start).toBeLessThan(9_000);
    await service.test.asOwner('commit');
    expect(
      new Set(held.map(({ status, json }) => `${String(status)} ${String(json['code'])}`)),
    ).toEqual(new Set(['503 audit_unavailable']));
    expect((await encrypt(other.admin, theirs)).status).toBe(200);
  });

  it('that the database refuses do not take the others with them', async () => {
    const bad = await service.encryption(admin);
    const rule = `check (encryption_id <> '${bad}') not valid`;
    await service.test.asOwner(`alter table audit_record add constraint broken ${rule}`);
    try {
      const isBad = (index: number): boolean => index % 2 === 0;
      const replies = await Promise.all(
        Array.from({ length: 40 }, (_, index) => encrypt(admin, isBad(index) ? bad : id)),
      );
      const statuses = replies.map(({ status }) => status);
      expect(statuses).toEqual(statuses.map((_, index) => (isBad(index) ? 503 : 200)));
    } finally {
      await service.test.asOwner('alter table audit_record drop constraint broken');
    }
  });
});
