import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
} from '../../../../test/support/service-app.js';

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
     from audit_record where operation = 'encrypt'`,
  );
  return row ?? { records: 0, transactions: 0 };
}

describe('records of key uses', () => {
  it('share transactions under load, and are one for each answer all the same', async () => {
    const before = await written();
    const replies = await Promise.all(Array.from({ length: 200 }, () => encrypt()));
    const after = await written();
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(after.records - before.records).toBe(200);
    expect(after.transactions - before.transactions).toBeLessThan(150);
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
