import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { CoreApp } from '../../../../test/support/core-app.js';
import { ResumeRemovals } from './resume-removals.js';

type Person = Awaited<ReturnType<CoreApp['person']>>;

let core: CoreApp;
let owner: Person;

beforeAll(async () => {
  core = await CoreApp.start();
  owner = await core.person('owner-of-all');
});

afterAll(async () => {
  await core.stop();
});

/** Tables with a row of a tenant; the audit keeps its own. */
async function left(tenantId: string): Promise<string[]> {
  const tables = [
    ['tenant', 'id'],
    ['membership', 'tenant_id'],
    ['service_connection', 'tenant_id'],
    ['vault_item', 'tenant_id'],
    ['blob', 'tenant_id'],
  ] as const;
  const found: string[] = [];
  for (const [table, column] of tables) {
    const rows = await core.test.asOwner(`select from ${table} where ${column} = $1`, [tenantId]);
    if (rows.length > 0) found.push(table);
  }
  return found;
}

async function tenantWithItems(items = 2): Promise<string> {
  const tenantId = await core.tenant(owner.token);
  for (let index = 0; index < items; index += 1) {
    const body = { type: 'note', data: 'kept for now', metadata: { n: index } };
    await core.send('POST', `/tenants/${tenantId}/vault`, { token: owner.token, body });
  }
  return tenantId;
}

const remove = (tenantId: string, token = owner.token) =>
  core.send('DELETE', `/tenants/${tenantId}`, { token });
const encryptionOf = async (tenantId: string): Promise<string> => {
  const { json } = await core.send('GET', `/tenants/${tenantId}/encryption`, {
    token: owner.token,
  });
  return String(json['encryptionId']);
};
const goOn = () => core.app.nest.get(ResumeRemovals, { strict: false }).tryAll();

describe('DELETE /tenants/{id}', () => {
  it('erases every row, and schedules the destruction of the keys', async () => {
    const tenantId = await tenantWithItems();
    const encryptionId = await encryptionOf(tenantId);
    const { status, text } = await remove(tenantId);
    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(await left(tenantId)).toEqual([]);
    expect(core.service.encryptions.get(encryptionId)?.isGoing).toBe(true);
  });

  it('is over for everybody at once', async () => {
    const tenantId = await tenantWithItems();
    const member = await core.person('another-member');
    const body = { username: member.username, role: 'member' };
    await core.send('POST', `/tenants/${tenantId}/members`, { token: owner.token, body });
    await remove(tenantId);
    for (const { token } of [owner, member]) {
      const { json } = await core.send('GET', `/tenants/${tenantId}`, { token });
      expect(json).toMatchObject({ status: 404, code: 'not_found' });
      const list = await core.send('GET', '/tenants', { token });
      expect(list.text).not.toContain(tenantId);
    }
    expect((await remove(tenantId)).json).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('leaves other tenants of the same people alone', async () => {
    const [one, other] = [await tenantWithItems(), await tenantWithItems()];
    await remove(one);
    const { json } = await core.send('GET', `/tenants/${other}/vault?include=data`, {
      token: owner.token,
    });
    expect(json['items']).toHaveLength(2);
  });

  it('is recorded as an act of its person, and the keys as one of the core', async () => {
    const tenantId = await tenantWithItems();
    await remove(tenantId);
    const { json } = await core.send('GET', '/audit', { token: owner.token });
    const [newest] = json['items'] as Record<string, unknown>[];
    expect(newest).toMatchObject({
      action: 'tenant.delete',
      outcome: 'success',
      subject: { kind: 'tenant', id: tenantId },
    });
    const rows = await core.test.asOwner<{ action: string; user_id: string | null }>(
      'select action, user_id from audit_event where tenant_id = $1 order by id desc limit 1',
      [tenantId],
    );
    expect(rows).toEqual([{ action: 'encryption.destroy', user_id: null }]);
  });

  it('erases a vault of more than one step', async () => {
    const tenantId = await tenantWithItems(1);
    await core.test.asOwner(
      `insert into vault_item select gen_random_uuid(), tenant_id, type, labels, revision, created_at, updated_at
       from vault_item, generate_series(1, 450) where tenant_id = $1`,
      [tenantId],
    );
    await remove(tenantId);
    expect(await left(tenantId)).toEqual([]);
  });

  it('of a tenant whose encryption was never set up succeeds', async () => {
    core.service.fail('makeTenant', new AppError('encryption_service_unavailable'));
    const tenantId = await core.tenant(owner.token);
    expect((await remove(tenantId)).status).toBe(204);
    expect(await left(tenantId)).toEqual([]);
  });

  it('finds a tenant that was deleted while its body was on the way', async () => {
    const tenantId = await tenantWithItems(0);
    core.meanwhile(() => remove(tenantId));
    const body = { type: 'note', data: 'too late' };
    const late = await core.send('POST', `/tenants/${tenantId}/vault`, {
      token: owner.token,
      body,
    });
    expect(late.status).toBe(404);
    expect(await left(tenantId)).toEqual([]);
  });
});

describe('a service that does not answer', () => {
  it('keeps the credentials until its keys are on their way out, and nothing else', async () => {
    const tenantId = await tenantWithItems();
    const encryptionId = await encryptionOf(tenantId);
    core.service.fail('deleteEncryption', new AppError('encryption_service_unavailable'));
    expect((await remove(tenantId)).status).toBe(204);
    expect(await left(tenantId)).toEqual(['tenant', 'service_connection']);
    const { json } = await core.send('GET', `/tenants/${tenantId}`, { token: owner.token });
    expect(json).toMatchObject({ status: 404 });
    await goOn();
    expect(await left(tenantId)).toEqual([]);
    expect(core.service.encryptions.get(encryptionId)?.isGoing).toBe(true);
  });

  it('may have taken the order before its answer was lost', async () => {
    const tenantId = await tenantWithItems(0);
    core.service.fail('deleteEncryption', new AppError('encryption_service_unavailable'), true);
    await remove(tenantId);
    expect(await left(tenantId)).toEqual(['tenant', 'service_connection']);
    await goOn();
    expect(await left(tenantId)).toEqual([]);
  });

  it('keeps no other tenant waiting', async () => {
    const [stuck, other] = [await tenantWithItems(0), await tenantWithItems(0)];
    for (let times = 0; times < 3; times += 1)
      core.service.fail('deleteEncryption', new AppError('encryption_service_unavailable'));
    await remove(stuck);
    await remove(other);
    await goOn();
    await goOn();
    expect(await left(stuck)).toEqual([]);
    expect(await left(other)).toEqual([]);
  });

  it('that says conflict of an encryption which is not going is not believed', async () => {
    const tenantId = await tenantWithItems(0);
    core.service.fail('deleteEncryption', new AppError('conflict'));
    await remove(tenantId);
    expect(await left(tenantId)).toEqual(['tenant', 'service_connection']);
    await goOn();
    expect(await left(tenantId)).toEqual([]);
  });
});
