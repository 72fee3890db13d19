import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { CoreApp, type Reply, type Sent } from '../../../../test/support/core-app.js';

type Person = Awaited<ReturnType<CoreApp['person']>>;

let core: CoreApp;
let owner: Person;
let admin: Person;
let tenantId: string;

beforeAll(async () => {
  core = await CoreApp.start();
  owner = await core.person('the-owner');
  admin = await core.person('the-admin');
});

beforeEach(async () => {
  tenantId = await core.tenant(owner.token);
  const body = { username: admin.username, role: 'admin' };
  await core.send('POST', `/tenants/${tenantId}/members`, { token: owner.token, body });
});

afterAll(async () => {
  await core.stop();
});

const rotate = (key?: string, sent: Sent = {}): Promise<Reply> =>
  core.send('POST', `/tenants/${tenantId}/rotate-keys`, {
    token: owner.token,
    body: {},
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
    ...sent,
  });
const versions = (query = ''): Promise<Reply> =>
  core.send('GET', `/tenants/${tenantId}/versions${query}`, { token: owner.token });
async function versionCount(): Promise<number> {
  return ((await versions()).json['items'] as unknown[]).length;
}
async function outcomes(): Promise<unknown> {
  const path = `/audit?tenantId=${tenantId}&action=keys.rotate`;
  const { json } = await core.send('GET', path, { token: owner.token });
  return (json['items'] as { outcome: string }[]).map(({ outcome }) => outcome);
}

describe('a rotation', () => {
  it('makes a second version each time without an Idempotency-Key', async () => {
    await rotate();
    await rotate();
    expect(await versionCount()).toBe(3);
  });

  it.each(['once', 'x'.repeat(128)])('repeated under one Idempotency-Key is one', async (key) => {
    const first = await rotate(key);
    const second = await rotate(key);
    expect(first.status).toBe(200);
    expect(second.json).toEqual(first.json);
    expect(await versionCount()).toBe(2);
  });

  it('whose answer was lost is repeated without another version', async () => {
    core.service.fail('rotate', new AppError('encryption_service_unavailable'), true);
    expect((await rotate('lost')).status).toBe(503);
    expect((await rotate('lost')).status).toBe(200);
    expect(await versionCount()).toBe(2);
    expect(await outcomes()).toEqual(['success', 'encryption_service_unavailable']);
  });

  it("does not meet another person's or another tenant's key", async () => {
    await rotate('shared');
    await rotate('shared', {
      token: admin.token,
      headers: { 'idempotency-key': 'shared' },
    });
    expect(await versionCount()).toBe(3);
    tenantId = await core.tenant(owner.token);
    await rotate('shared');
    expect(await versionCount()).toBe(2);
  });

  it('hands the service a key of the form that it takes', async () => {
    await rotate('x'.repeat(128));
    for (const key of core.service.rotations.keys()) expect(key).toMatch(/^[\x21-\x7e]{1,128}$/);
  });

  it.each([
    ['nothing', ''],
    ['a space', 'a b'],
    ['129 characters', 'x'.repeat(129)],
    ['two keys', 'a, b'],
    ['what is not ASCII', 'é'],
  ])('is refused for a key of %s, whoever asks', async (_, key) => {
    const refusal = { status: 400, errors: [{ field: 'Idempotency-Key' }] };
    expect((await rotate(key)).json).toMatchObject(refusal);
    const { token } = await core.person('stranger');
    const headers = { 'idempotency-key': key };
    expect((await rotate(key, { token, headers })).json).toMatchObject(refusal);
    expect(await versionCount()).toBe(1);
  });

  it('that is refused is on record', async () => {
    core.service.fail('rotate', new AppError('encryption_disabled'));
    expect((await rotate()).status).toBe(409);
    expect(await outcomes()).toEqual(['encryption_disabled']);
  });
});

describe('the list of versions', () => {
  it('says that the cursor is wrong where the service does not know it', async () => {
    core.service.fail('listVersions', new AppError('invalid_request'));
    expect((await versions('?cursor=abc')).json).toMatchObject({
      status: 400,
      code: 'invalid_request',
      errors: [{ field: 'cursor' }],
    });
  });

  it('takes the same refusal as the service’s fault where no cursor was sent', async () => {
    core.service.fail('listVersions', new AppError('invalid_request'));
    expect((await versions()).json).toMatchObject({ code: 'encryption_service_rejected' });
  });
});
