import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { CoreApp } from '../../../../test/support/core-app.js';

let core: CoreApp;
let owner: { id: string; token: string };
let stranger: { id: string; token: string };

beforeAll(async () => {
  core = await CoreApp.start();
  owner = await core.person('owner');
  stranger = await core.person('stranger');
});

afterAll(async () => {
  await core.stop();
});

const create = (token: string, body: unknown = { name: 'Klinik Süd' }) =>
  core.send('POST', '/tenants', { token, body });
const connectionOf = async (tenantId: string) => {
  const [row] = await core.test.asOwner<Record<string, string>>(
    'select * from service_connection where tenant_id = $1',
    [tenantId],
  );
  return row ?? {};
};

describe('making a tenant', () => {
  it('makes the caller its owner', async () => {
    const { status, json } = await create(owner.token);
    expect(status).toBe(201);
    expect(json).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      name: 'Klinik Süd',
      role: 'owner',
      createdAt: json['updatedAt'],
      updatedAt: json['createdAt'],
    });
  });

  it('sets its encryption up: a service tenant of the same id, and an encryption of the stored one', async () => {
    const id = await core.tenant(owner.token);
    const connection = await connectionOf(id);
    expect(connection['state']).toBe('ready');
    expect(core.service.encryptions.get(connection['encryption_id'] ?? '')?.tenantId).toBe(id);
  });

  it('stores the credentials only sealed', async () => {
    const { api_secret: sealed, lease_id: lease } = await connectionOf(
      await core.tenant(owner.token),
    );
    expect(sealed?.split('.')).toHaveLength(5);
    expect(lease).toBeNull();
  });

  it('answers 201 also where the service cannot be reached, and goes on at the first use', async () => {
    core.service.fail('makeTenant', new AppError('encryption_service_unavailable'));
    const { status, json } = await create(owner.token);
    expect(status).toBe(201);
    const id = String(json['id']);
    expect((await connectionOf(id))['state']).toBe('new');
    core.service.fail('makeTenant', new AppError('encryption_service_unavailable'));
    const body = { type: 'note', data: 'x' };
    const first = await core.send('POST', `/tenants/${id}/vault`, { token: owner.token, body });
    expect(first.json).toMatchObject({ status: 503, code: 'encryption_service_unavailable' });
    const second = await core.send('POST', `/tenants/${id}/vault`, { token: owner.token, body });
    expect(second.status).toBe(201);
    expect((await connectionOf(id))['state']).toBe('ready');
  });

  it.each([
    ['no name', {}],
    ['an empty name', { name: '' }],
    ['a name of 129 characters', { name: 'x'.repeat(129) }],
    ['a name with a line end', { name: 'a\nb' }],
    ['an id of its own', { name: 'x', id: '11111111-1111-4111-8111-111111111111' }],
    ['a mode, which comes later', { name: 'x', masterKeyMode: 'client' }],
    ['a list', []],
    ['a text that is no JSON', '{"name":'],
    ['a key given twice', '{"name":"a","name":"b"}'],
  ])('refuses %s', async (_, body) => {
    expect((await create(owner.token, body)).json).toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
  });
});

describe('tenants of a person', () => {
  it('are listed page by page, oldest first, with the role in each', async () => {
    const { token } = await core.person('of-many');
    const made: string[] = [];
    for (let i = 0; i < 5; i += 1) made.push(await core.tenant(token));
    const seen: unknown[] = [];
    let cursor = '';
    do {
      const path = `/tenants?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const { json } = await core.send('GET', path, { token });
      seen.push(
        ...(json['items'] as { id: string; role: string }[]).map(({ id, role }) => [id, role]),
      );
      cursor = (json['nextCursor'] as string | undefined) ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(made.map((id) => [id, 'owner']));
  });

  it('are nobody else’s', async () => {
    await core.tenant(owner.token);
    const { json } = await core.send('GET', '/tenants', { token: stranger.token });
    expect(json).toEqual({ items: [] });
  });
});

describe('one tenant', () => {
  it('is answered, and renamed', async () => {
    const id = await core.tenant(owner.token);
    const renamed = await core.send('PUT', `/tenants/${id}`, {
      token: owner.token,
      body: { name: 'Klinik Nord' },
    });
    expect(renamed.json).toMatchObject({ id, name: 'Klinik Nord', role: 'owner' });
    const { json } = await core.send('GET', `/tenants/${id}`, { token: owner.token });
    expect(json).toEqual(renamed.json);
  });

  it('bears the time at which it was renamed, not at which that was asked for', async () => {
    const id = await core.tenant(owner.token);
    const { json } = await core.aMinuteLater('tenant', id, () =>
      core.send('PUT', `/tenants/${id}`, { token: owner.token, body: { name: 'Later' } }),
    );
    const { createdAt, updatedAt } = json as { createdAt: string; updatedAt: string };
    expect(Date.parse(updatedAt) - Date.parse(createdAt)).toBeGreaterThanOrEqual(60_000);
  });

  it('does not exist for a stranger, who is told the same of an id that nobody has', async () => {
    const id = await core.tenant(owner.token);
    const { token } = stranger;
    const theirs = await core.send('GET', `/tenants/${id}`, { token });
    const nobodys = await core.send('GET', '/tenants/11111111-1111-4111-8111-111111111111', {
      token,
    });
    const { requestId: _one, ...first } = theirs.json;
    const { requestId: _two, ...second } = nobodys.json;
    expect(first).toEqual(second);
    expect(first).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('is refused for its body before it is said not to exist', async () => {
    const id = await core.tenant(owner.token);
    const { token } = stranger;
    const wrong = await core.send('PUT', `/tenants/${id}`, { token, body: {} });
    expect(wrong.json).toMatchObject({ status: 400, code: 'invalid_request' });
    const right = await core.send('PUT', `/tenants/${id}`, { token, body: { name: 'x' } });
    expect(right.json).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('takes its id in either case, and no other text', async () => {
    const id = await core.tenant(owner.token);
    const { token } = owner;
    expect((await core.send('GET', `/tenants/${id.toUpperCase()}`, { token })).json).toMatchObject({
      id,
    });
    expect((await core.send('GET', '/tenants/mine', { token })).json).toMatchObject({
      status: 400,
      errors: [{ field: 'tenantId' }],
    });
  });
});
