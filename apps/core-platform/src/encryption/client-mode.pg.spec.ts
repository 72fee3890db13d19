import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '@app/errors';
import { CoreApp, type Reply, type Sent } from '../../../../test/support/core-app.js';

const KEY = Buffer.alloc(32, 1).toString('base64');
const OTHER = Buffer.alloc(32, 2).toString('base64url');
const NOTE = { type: 'note', data: 'a secret', metadata: { title: 'a title' } };

let core: CoreApp;
let token: string;
let tenantId: string;

beforeAll(async () => {
  core = await CoreApp.start();
  ({ token } = await core.person('the-owner'));
});

beforeEach(async () => {
  tenantId = await core.tenant(token);
});

afterAll(async () => {
  await core.stop();
});

function send(method: string, path: string, key?: string, sent: Sent = {}): Promise<Reply> {
  const headers = { ...(key === undefined ? {} : { 'x-master-key': key }), ...sent.headers };
  return core.send(method, `/tenants/${tenantId}${path}`, { token, ...sent, headers });
}
const put = (masterKeyMode: string, key?: string): Promise<Reply> =>
  send('PUT', '/encryption', key, { body: { masterKeyMode } });
const store = (key?: string): Promise<Reply> => send('POST', '/vault', key, { body: NOTE });
const rewrap = (key?: string, next?: string): Promise<Reply> =>
  send('POST', '/rewrap', key, next === undefined ? {} : { headers: { 'x-new-master-key': next } });
const verdict = ({ status, json }: Reply): unknown => [status, json['code']];
async function mode(): Promise<unknown> {
  return (await send('GET', '/encryption')).json['masterKeyMode'];
}
async function outcomes(action: string): Promise<unknown> {
  const { json } = await core.send('GET', `/audit?tenantId=${tenantId}&action=${action}`, {
    token,
  });
  return (json['items'] as { outcome: string }[]).map(({ outcome }) => outcome);
}

/** Does something while the next client of the service is at work: behind the call that is named. */
function behind(operation: 'encrypt' | 'createEncryption', work: () => Promise<unknown>): void {
  const clientOf = core.service.clientOf.bind(core.service);
  vi.spyOn(core.service, 'clientOf').mockImplementationOnce((credentials) => {
    const client = clientOf(credentials);
    const original = client[operation].bind(client) as (...args: unknown[]) => Promise<unknown>;
    const wrapped = async (...args: unknown[]): Promise<unknown> => {
      const answer = await original(...args);
      await work();
      return answer;
    };
    return { ...client, [operation]: wrapped };
  });
}

describe('a tenant', () => {
  it('is under the platform’s master key at first', async () => {
    const { status, json } = await send('GET', '/encryption');
    expect(status).toBe(200);
    expect(json).toEqual({ masterKeyMode: 'platform', encryptionId: expect.any(String) as string });
  });

  it('that stores nothing is put under a key of its own, with another encryption', async () => {
    const before = (await send('GET', '/encryption')).json;
    const changed = await put('client', KEY);
    expect(changed).toMatchObject({ status: 200, json: { masterKeyMode: 'client' } });
    expect(changed.json['encryptionId']).not.toBe(before['encryptionId']);
    expect((await send('GET', '/encryption')).json).toEqual(changed.json);
    expect(await outcomes('encryption.change')).toEqual(['success']);
  });

  it('is put back under the platform’s, and stores without a key again', async () => {
    await put('client', KEY);
    expect(await put('platform')).toMatchObject({
      status: 200,
      json: { masterKeyMode: 'platform' },
    });
    expect((await store()).status).toBe(201);
    expect(verdict(await store(KEY))).toEqual([400, 'master_key_not_applicable']);
  });

  it('of somebody else, or of an ended session, is none of theirs', async () => {
    const stranger = await core.person('stranger');
    const asStranger = { token: stranger.token, body: { masterKeyMode: 'client' } };
    for (const key of [undefined, KEY, 'malformed'])
      expect(verdict(await send('PUT', '/encryption', key, asStranger))).toEqual([
        404,
        'not_found',
      ]);
    expect(await mode()).toBe('platform');
  });
});

describe('a change of mode is refused', () => {
  it.each<[string, string, string | undefined, number, string]>([
    ['without a key', 'client', undefined, 403, 'master_key_required'],
    ['with a short key', 'client', 'AAAA', 400, 'master_key_malformed'],
    ['with two keys', 'client', `${KEY}, ${KEY}`, 400, 'master_key_malformed'],
    ['to the platform with a key', 'platform', KEY, 400, 'master_key_not_applicable'],
    ['to another mode', 'none', KEY, 400, 'invalid_request'],
  ])('%s', async (_, wanted, key, status, code) => {
    expect(verdict(await put(wanted, key))).toEqual([status, code]);
    expect(await mode()).toBe('platform');
  });

  it('while blobs exist, either way, and is free again once they are gone', async () => {
    const platformItem = await store();
    expect(verdict(await put('client', KEY))).toEqual([409, 'conflict']);
    await send('DELETE', `/vault/${String(platformItem.json['id'])}`);
    expect((await put('client', KEY)).status).toBe(200);
    const clientItem = await store(KEY);
    expect(verdict(await put('platform'))).toEqual([409, 'conflict']);
    await send('DELETE', `/vault/${String(clientItem.json['id'])}`);
    expect((await put('platform')).status).toBe(200);
    expect(await outcomes('encryption.change')).toEqual([
      'success',
      'conflict',
      'success',
      'conflict',
    ]);
  });

  it('where something is stored while it is made', async () => {
    behind('createEncryption', () => store());
    expect(verdict(await put('client', KEY))).toEqual([409, 'conflict']);
    expect(await mode()).toBe('platform');
    expect((await send('GET', '/vault?include=data')).status).toBe(200);
  });

  it('where another one is made meanwhile', async () => {
    behind('createEncryption', () => put('client', OTHER));
    expect(verdict(await put('client', KEY))).toEqual([409, 'conflict']);
    expect((await store(OTHER)).status).toBe(201);
  });

  it('where the caller loses their role meanwhile', async () => {
    const admin = await core.person('the-admin');
    const member = { username: admin.username, role: 'admin' };
    await send('POST', '/members', undefined, { body: member });
    behind('createEncryption', () => send('DELETE', `/members/${admin.id}`));
    const asAdmin = { token: admin.token, body: { masterKeyMode: 'client' } };
    expect(verdict(await send('PUT', '/encryption', KEY, asAdmin))).toEqual([404, 'not_found']);
    expect(await mode()).toBe('platform');
  });

  it('where the service is not there, and changes nothing', async () => {
    core.service.fail('createEncryption', new AppError('encryption_service_unavailable'));
    expect(verdict(await put('client', KEY))).toEqual([503, 'encryption_service_unavailable']);
    expect(await mode()).toBe('platform');
    expect((await store()).status).toBe(201);
  });
});

describe('a service of the tenant’s own', () => {
  it.each(['serviceUrl', 'apiKey', 'apiSecret', 'clientCertificate', 'clientKey', 'ca'])(
    'is not there yet: %s is no field',
    async (field) => {
      const body = { masterKeyMode: 'platform', [field]: 'x' };
      const reply = await send('PUT', '/encryption', undefined, { body });
      expect(reply.json).toMatchObject({ code: 'invalid_request', errors: [{ field }] });
    },
  );
});

describe('what was sealed before a change of mode and not stored', () => {
  it('is not stored any more', async () => {
    behind('encrypt', () => put('client', KEY));
    expect(verdict(await store())).toEqual([409, 'conflict']);
    expect(await mode()).toBe('client');
    expect((await send('GET', '/vault')).json['items']).toEqual([]);
  });
});

describe('a tenant in client mode', () => {
  let item: string;

  beforeEach(async () => {
    await put('client', KEY);
    item = `/vault/${String((await store(KEY)).json['id'])}`;
  });

  const uses: [string, () => string, object | undefined][] = [
    ['POST', () => '/vault', NOTE],
    ['GET', () => item, undefined],
    ['PUT', () => item, NOTE],
    ['GET', () => '/vault?include=data,metadata', undefined],
    ['POST', () => '/rotate-keys', {}],
  ];

  it.each(uses)('needs its key, and the right one: %s %s', async (method, path, body) => {
    const sent = body === undefined ? {} : { body };
    expect(verdict(await send(method, path(), undefined, sent))).toEqual([
      403,
      'master_key_required',
    ]);
    expect(verdict(await send(method, path(), OTHER, sent))).toEqual([403, 'master_key_mismatch']);
    expect(verdict(await send(method, path(), 'AAAA', sent))).toEqual([
      400,
      'master_key_malformed',
    ]);
    expect((await send(method, path(), KEY, sent)).status).toBeLessThan(300);
  });

  it('reads what it stored, in either alphabet', async () => {
    const url = Buffer.alloc(32, 1).toString('base64url');
    expect((await send('GET', item, url)).json).toMatchObject({
      data: NOTE.data,
      metadata: NOTE.metadata,
    });
  });

  it.each(['/vault', '/blobs', '/versions', '/encryption', ''])(
    'asks for none, and looks at none, where nothing is opened: GET …%s',
    async (path) => {
      for (const key of [undefined, KEY, OTHER, 'AAAA'])
        expect((await send('GET', path, key)).status).toBe(200);
    },
  );

  it('deletes without a key', async () => {
    expect((await send('DELETE', item)).status).toBe(204);
  });

  it('tries a wrong key once for a whole list', async () => {
    for (let i = 0; i < 10; i += 1) await store(KEY);
    const before = core.service.calls['decrypt'] ?? 0;
    expect(verdict(await send('GET', '/vault?include=data,metadata', OTHER))).toEqual([
      403,
      'master_key_mismatch',
    ]);
    expect(core.service.calls['decrypt']).toBe(before + 1);
  });

  it('hears for how long its wrong keys are slowed', async () => {
    core.service.fail('decrypt', new AppError('rate_limited', { retryAfterSeconds: 60 }));
    const reply = await send('GET', item, OTHER);
    expect(verdict(reply)).toEqual([429, 'rate_limited']);
    expect(reply.headers['retry-after']).toBe('60');
  });

  it('is told that it stays as it is, if its key is the right one', async () => {
    const before = (await send('GET', '/encryption')).json;
    expect((await put('client', KEY)).json).toEqual(before);
    expect(verdict(await put('client', OTHER))).toEqual([403, 'master_key_mismatch']);
    expect((await send('GET', '/encryption')).json).toEqual(before);
  });

  it('goes on reading after a rotation, under the same key', async () => {
    expect((await send('POST', '/rotate-keys', KEY, { body: {} })).status).toBe(200);
    expect((await send('GET', item, KEY)).json['data']).toBe(NOTE.data);
    expect((await store(KEY)).status).toBe(201);
  });

  it('changes its key, and from then on the new one opens everything and the old one nothing', async () => {
    const before = await core.test.asOwner('select * from blob where tenant_id = $1', [tenantId]);
    const reply = await rewrap(KEY, OTHER);
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect((await send('GET', item, OTHER)).json['data']).toBe(NOTE.data);
    expect(verdict(await send('GET', item, KEY))).toEqual([403, 'master_key_mismatch']);
    expect(await core.test.asOwner('select * from blob where tenant_id = $1', [tenantId])).toEqual(
      before,
    );
    expect(await outcomes('keys.rewrap')).toEqual(['success']);
  });

  it.each<[string, string | undefined, string | undefined, number, string]>([
    ['without the old key', undefined, OTHER, 403, 'master_key_required'],
    ['without the new key', KEY, undefined, 403, 'master_key_required'],
    ['with a wrong old key', OTHER, KEY, 403, 'master_key_mismatch'],
    ['with a malformed old key', 'AAAA', OTHER, 400, 'master_key_malformed'],
    ['with a malformed new key and no old one', undefined, 'AAAA', 400, 'master_key_malformed'],
  ])('does not change its key %s', async (_, key, next, status, code) => {
    expect(verdict(await rewrap(key, next))).toEqual([status, code]);
    expect((await send('GET', item, KEY)).status).toBe(200);
  });

  it('puts on record that its key was not changed', async () => {
    await rewrap(OTHER, KEY);
    core.service.fail('rewrap', new AppError('encryption_service_unavailable'), true);
    expect((await rewrap(KEY, OTHER)).status).toBe(503);
    // The answer was lost: the new key shows that it took place.
    expect((await send('GET', item, OTHER)).status).toBe(200);
    expect(await outcomes('keys.rewrap')).toEqual([
      'encryption_service_unavailable',
      'master_key_mismatch',
    ]);
  });
});

describe('a tenant under the platform’s master key', () => {
  it('has no key of its own to change', async () => {
    expect(verdict(await rewrap(KEY, OTHER))).toEqual([400, 'master_key_not_applicable']);
    expect((await store()).status).toBe(201);
  });
});
