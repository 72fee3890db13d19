import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { CoreApp } from '../../../../test/support/core-app.js';
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
    await core.test.asOwner(
      "update service_connection set lease_id = $2, leased_until = now() + interval '400 milliseconds' where tenant_id = $1",
      [id, randomUUID()],
    );
    const started = performance.now();
    await setUp().ensureReady(id, context);
    expect(performance.now() - started).toBeGreaterThan(300);
    await expectReady(id);
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
  it('finishes all that stopped half-way, whatever one of them says', async () => {
    await core.test.asOwner("delete from service_connection where state <> 'ready'");
    const ids = [await freshTenant(), await freshTenant(), await freshTenant()];
    core.service.fail('makeTenant', unavailable);
    const resume = core.app.nest.get(ResumeSetUps, { strict: false });
    await resume.start();
    const states: string[] = [];
    for (const id of ids) states.push((await rowOf(id)).state);
    expect(states.sort()).toEqual(['new', 'ready', 'ready']);
  });
});
