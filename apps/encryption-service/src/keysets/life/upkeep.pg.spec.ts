import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, KeysetCaller } from '../../../../../test/support/keyset-caller.js';
import { type Credentials, ServiceApp } from '../../../../../test/support/service-app.js';
import { THE_SERVICE } from '../../audit/service-entry.js';
import { Upkeep } from './upkeep.js';

let service: ServiceApp;
let admin: Credentials & { id: string };
let tenantId: string;

beforeAll(async () => {
  service = await ServiceApp.start(2);
  ({ admin, tenantId } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

function upkeepOf(replica = 0): Upkeep {
  const upkeep = service.replicas[replica]?.nest.get(Upkeep);
  if (upkeep === undefined) throw new Error('there is no such replica');
  return upkeep;
}

/** Makes the active version as old as that; its time is not under its seal. */
async function setAge({ id }: KeysetCaller, days: number): Promise<void> {
  await service.test.asOwner(
    "update encryption_key_version set activated_at = now() - make_interval(hours => (24 * $2)::int) where encryption_id = $1 and state = 'active'",
    [id, days],
  );
}

async function aged(days: number, more: object = {}): Promise<KeysetCaller> {
  const rotation = { everyDays: 10 };
  const keyset = await KeysetCaller.make(service, admin, { rotation, ...more });
  await setAge(keyset, days);
  return keyset;
}

describe('an encryption that nobody calls', () => {
  it('rotates when its active version is too old, by the service itself', async () => {
    const keyset = await aged(11);
    const young = await aged(9);
    await upkeepOf().run();
    expect(await keyset.states()).toEqual(['deactivated', 'active']);
    expect(await young.states()).toEqual(['active']);
    const records = await service.test.asOwner(
      "select client_id, operation, outcome from audit_record where encryption_id = $1 and operation like 'rotate%'",
      [keyset.id],
    );
    expect(records).toEqual([
      { client_id: THE_SERVICE, operation: 'rotate-by-itself', outcome: 'success' },
    ]);
  });

  it('rotates once, on however many replicas', async () => {
    const keyset = await aged(11);
    await Promise.all([0, 1, 0, 1].map((replica) => upkeepOf(replica).run()));
    expect(await keyset.states()).toEqual(['deactivated', 'active']);
  });

  it('is left alone where it is disabled, or under a key of its client', async () => {
    const disabled = await aged(11);
    await disabled.patch({ state: 'disabled' });
    const headers = { 'x-master-key': Buffer.alloc(32, 1).toString('base64') };
    const body = { masterKey: { mode: 'client' }, rotation: { everyDays: 10 } };
    const { json } = await service.send('POST', '/v1/encryptions', { as: admin, body, headers });
    const own = new KeysetCaller(service, admin, String(json['encryptionId']));
    await setAge(own, 11);
    await upkeepOf().run();
    expect([await disabled.states(), await own.states()]).toEqual([['active'], ['active']]);
    expect(codeOf(await own.encrypt({}, { headers }))).toBe(200);
    expect(await own.states()).toEqual(['deactivated', 'active']);
  });
});

describe('an encryption that is called', () => {
  it('rotates beside the call when its active version is too old, and before it a hundredth later', async () => {
    const beside = await aged(10);
    const before = await aged(11);
    const first = (await beside.encrypt()).json['encryptionVersionId'];
    await expect.poll(() => beside.states()).toEqual(['deactivated', 'active']);
    expect((await beside.versions())[0]?.encryptionVersionId).toBe(first);
    const second = (await before.encrypt()).json['encryptionVersionId'];
    expect((await before.versions())[1]?.encryptionVersionId).toBe(second);
  });
});

describe('upkeep', () => {
  it('sweeps what is kept of calls that can be repeated no more', async () => {
    const record = `insert into idempotency_record (tenant_id, client_id, route, key, body_hash, answer, created_at)
      values ($1, $2, 'rotate', $3, '', '{}', now() - make_interval(hours => $4))`;
    await service.test.asOwner(record, [tenantId, admin.id, 'old', 25]);
    await service.test.asOwner(record, [tenantId, admin.id, 'new', 23]);
    await upkeepOf().run();
    const left = await service.test.asOwner('select key from idempotency_record');
    expect(left).toEqual([{ key: 'new' }]);
  });

  it('is done by one replica at a time, and by another where that one is gone', async () => {
    const keyset = await aged(11);
    const { test } = service;
    await test.asOwner('begin');
    await test.asOwner('select pg_advisory_xact_lock(27512, 1)');
    await upkeepOf().run();
    expect(await keyset.states()).toEqual(['active']);
    await test.asOwner('rollback');
    await upkeepOf(1).run();
    expect(await keyset.states()).toEqual(['deactivated', 'active']);
  });

  it('runs by itself once it is started', async () => {
    const keyset = await aged(11);
    upkeepOf().start(20);
    await expect.poll(() => keyset.states()).toEqual(['deactivated', 'active']);
    await upkeepOf().onModuleDestroy();
  });

  it('begins nothing more once it is told to stop, however much is due', async () => {
    const due = await Promise.all(Array.from({ length: 30 }, () => aged(11)));
    const running = upkeepOf(1).run();
    const rotated = async (): Promise<number> => {
      const states = await Promise.all(due.map((keyset) => keyset.states()));
      return states.filter(({ length }) => length > 1).length;
    };
    await expect.poll(rotated, { interval: 1 }).toBeGreaterThan(0);
    await upkeepOf(1).onModuleDestroy();
    await running;
    expect(await rotated()).toBeLessThan(due.length);
  });
});
