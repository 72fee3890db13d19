import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RandomIdentifiers } from '@app/ambient';
import { AppError } from '@app/errors';
import { createLogger } from '@app/server';
import { CoreApp } from '../../../../test/support/core-app.js';
import { ConnectionRepository } from './connection.repository.js';
import { ResumeSetUps } from './resume-set-ups.js';
import { SetUpConnection } from './set-up-connection.js';

interface Row {
  readonly state: string;
  readonly encryption_id: string;
  readonly api_key: string | null;
  readonly lease_id: string | null;
}

const context = { requestId: 'request-1' };
const unavailable = new AppError('encryption_service_unavailable');

let core: CoreApp;
let token: string;

beforeAll(async () => {
  core = await CoreApp.start();
  ({ token } = await core.person('owner'));
});

afterAll(async () => {
  await core.stop();
});

const setUp = (app: CoreApp = core): SetUpConnection =>
  app.app.nest.get(SetUpConnection, { strict: false });
async function rowOf(tenantId: string): Promise<Row> {
  const [row] = await core.test.asOwner<Row>(
    'select * from service_connection where tenant_id = $1',
    [tenantId],
  );
  if (row === undefined) throw new Error('the tenant has no connection');
  return row;
}
/** A tenant whose set-up failed before anything was done. */
async function freshTenant(): Promise<string> {
  core.service.fail('makeTenant', unavailable);
  return core.tenant(token);
}
/** Somebody else holds the lease, and does nothing. */
async function leaseTo(tenantId: string, millis: number): Promise<void> {
  await core.test.asOwner(
    `update service_connection set lease_id = $2, leased_until = now() + make_interval(secs => $3)
     where tenant_id = $1`,
    [tenantId, randomUUID(), millis / 1_000],
  );
}
async function expectReady(tenantId: string): Promise<void> {
  const { state, encryption_id: encryptionId, lease_id: lease } = await rowOf(tenantId);
  expect({ state, lease }).toEqual({ state: 'ready', lease: null });
  const made = [...core.service.encryptions].filter(([, entry]) => entry.tenantId === tenantId);
  expect(made.map(([id]) => id)).toEqual([encryptionId]);
  const body = { type: 'note', data: 'x' };
  const { status } = await core.send('POST', `/tenants/${tenantId}/vault`, { token, body });
  expect(status).toBe(201);
}

describe('setting up a connection', () => {
  it.each<[string, 'makeTenant' | 'createEncryption', boolean, string]>([
    ['before the service made the tenant', 'makeTenant', false, 'new'],
    ['after it made the tenant, whose credentials were lost', 'makeTenant', true, 'new'],
    ['before it made the encryption', 'createEncryption', false, 'credentialed'],
    [
      'after it made the encryption, before that was stored',
      'createEncryption',
      true,
      'credentialed',
    ],
  ])('that stopped %s goes on where it was', async (_, operation, isAfterwards, state) => {
    const id = await freshTenant();
    core.service.fail(operation, unavailable, isAfterwards);
    await expect(setUp().ensureReady(id, context)).rejects.toMatchObject({
      code: 'encryption_service_unavailable',
    });
    expect((await rowOf(id)).state).toBe(state);
    await setUp().ensureReady(id, context);
    await expectReady(id);
  });

  it('stores the credentials before it makes the encryption', async () => {
    const id = await freshTenant();
    core.service.fail('createEncryption', unavailable);
    await expect(setUp().ensureReady(id, context)).rejects.toMatchObject({});
    const { api_key: apiKey } = await rowOf(id);
    expect(core.service.secretOf(apiKey ?? '')).toMatch(/^kw_/);
  });

  it('gets over credentials that a late request of an earlier attempt revoked', async () => {
    const id = await freshTenant();
    core.service.fail('createEncryption', unavailable);
    await expect(setUp().ensureReady(id, context)).rejects.toMatchObject({});
    core.service.revoke(id);
    await setUp().ensureReady(id, context);
    await expectReady(id);
  });

  it('is done once where many want it at the same time, on several replicas', async () => {
    const replica = await CoreApp.on(core.test, core.service);
    const id = await freshTenant();
    const before = core.service.calls['makeTenant'] ?? 0;
    const wanting = [core, replica, core, replica, core].map((app) =>
      setUp(app).ensureReady(id, context),
    );
    const ready = await Promise.all(wanting);
    expect(new Set(ready.map(({ encryptionId }) => encryptionId)).size).toBe(1);
    expect(core.service.calls['makeTenant']).toBe(before + 1);
    await expectReady(id);
    await replica.app.close();
  });

  it('waits for whoever holds the lease, and takes it over once it is past', async () => {
    const id = await freshTenant();
    await leaseTo(id, 400);
    const lease = vi.spyOn(core.app.nest.get(ConnectionRepository, { strict: false }), 'lease');
    const started = performance.now();
    await setUp().ensureReady(id, context);
    expect(performance.now() - started).toBeGreaterThan(300);
    // To those who wait the lease is not worth a transaction before it is past; the clocks may differ by a moment.
    expect(lease.mock.calls.length).toBeLessThanOrEqual(2);
    lease.mockRestore();
    await expectReady(id);
  });

  it('holds a short lease, which each step renews', async () => {
    const id = await freshTenant();
    const left: Promise<{ seconds: number }[]>[] = [];
    const look = (): void => {
      const text = `select extract(epoch from leased_until - now())::float as seconds
                    from service_connection where tenant_id = $1`;
      left.push(core.test.asOwner<{ seconds: number }>(text, [id]));
    };
    const { service } = core;
    const [makeTenant, clientOf] = [
      service.makeTenant.bind(service),
      service.clientOf.bind(service),
    ];
    vi.spyOn(service, 'makeTenant').mockImplementationOnce(async (tenantId, call) => {
      look();
      await core.test.asOwner(
        "update service_connection set leased_until = now() + interval '1 second' where tenant_id = $1",
        [id],
      );
      return makeTenant(tenantId, call);
    });
    vi.spyOn(service, 'clientOf').mockImplementationOnce((credentials) => {
      look();
      return clientOf(credentials);
    });
    await setUp().ensureReady(id, context);
    const seconds = (await Promise.all(left)).map(([row]) => row?.seconds ?? 0);
    expect(seconds).toHaveLength(2);
    for (const each of seconds) expect(Math.abs(each - 21)).toBeLessThan(2);
  });

  it('ends where the lease was taken over meanwhile, and leaves the other one its work', async () => {
    const id = await freshTenant();
    const { service } = core;
    const makeTenant = service.makeTenant.bind(service);
    vi.spyOn(service, 'makeTenant').mockImplementationOnce(async (tenantId, call) => {
      const credentials = await makeTenant(tenantId, call);
      await leaseTo(id, 60_000);
      return credentials;
    });
    await expect(setUp().ensureReady(id, context)).rejects.toMatchObject({
      code: 'encryption_service_unavailable',
    });
    expect(await rowOf(id)).toMatchObject({ state: 'new', api_key: null });
    expect((await rowOf(id)).lease_id).not.toBeNull();
  });

  it('is refused, and not tried for ever, where the service refuses', async () => {
    const id = await freshTenant();
    core.service.fail('makeTenant', new AppError('forbidden'));
    await expect(setUp().ensureReady(id, context)).rejects.toMatchObject({
      code: 'encryption_service_rejected',
    });
    expect((await rowOf(id)).lease_id).toBeNull();
    await setUp().ensureReady(id, context);
  });

  it('does not take an encryption of the same id that another tenant has', async () => {
    const id = await freshTenant();
    const { encryption_id: encryptionId } = await rowOf(id);
    core.service.encryptions.set(encryptionId, { tenantId: randomUUID(), versions: [] });
    await expect(setUp().ensureReady(id, context)).rejects.toMatchObject({
      code: 'encryption_service_rejected',
    });
  });

  it('leaves one record of the audit, which is nobody’s', async () => {
    const id = await core.tenant(token);
    const records = await core.test.asOwner<{ user_id: string | null }>(
      "select user_id from audit_event where tenant_id = $1 and action = 'connection.ready'",
      [id],
    );
    expect(records).toEqual([{ user_id: null }]);
  });
});

describe('ResumeSetUps', () => {
  function resumeSetUps(pauseMillis: number): ResumeSetUps {
    const { nest } = core.app;
    return new ResumeSetUps(
      nest.get(ConnectionRepository, { strict: false }),
      setUp(),
      new RandomIdentifiers(),
      createLogger('core-platform', 'silent'),
      pauseMillis,
    );
  }

  beforeEach(async () => {
    await core.test.asOwner("delete from service_connection where state <> 'ready'");
  });

  it('finishes all that stopped half-way, and those that failed another time', async () => {
    const ids = [await freshTenant(), await freshTenant(), await freshTenant()];
    core.service.fail('makeTenant', unavailable);
    await resumeSetUps(10).start();
    for (const id of ids) await expectReady(id);
  });

  it('finishes what somebody was at who died', async () => {
    const id = await freshTenant();
    await leaseTo(id, 300);
    await resumeSetUps(10).start();
    await expectReady(id);
  });

  it('outlives a database that is gone for a while', async () => {
    const id = await freshTenant();
    const connections = core.app.nest.get(ConnectionRepository, { strict: false });
    vi.spyOn(connections, 'findUnfinished').mockRejectedValueOnce(
      new AppError('database_unavailable'),
    );
    await resumeSetUps(10).start();
    await expectReady(id);
  });

  it('stops in the middle of its rest', async () => {
    await freshTenant();
    core.service.fail('makeTenant', unavailable);
    const resume = resumeSetUps(600_000);
    const running = resume.start();
    await resume.stop();
    await expect(running).resolves.toBeUndefined();
  });
});
