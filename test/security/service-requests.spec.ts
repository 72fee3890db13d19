import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, ServiceApp, type ServiceReply, shape } from '../support/service-app.js';

let service: ServiceApp;
let admin: Credentials;
let app: Credentials;
let encryptionId: string;

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin, app } = await service.tenant());
  encryptionId = await service.encryption(admin);
  await service.encryption(admin);
});

afterAll(async () => {
  await service.stop();
});

function encrypt(body: unknown, headers: Record<string, string> = {}): Promise<ServiceReply> {
  return service.send('POST', '/v1/encrypt', { as: app, body, headers });
}

describe('addresses and methods', () => {
  it.each([
    ['GET', '/v1/encrypt', 405, 'POST'],
    ['HEAD', '/v1/health', 405, 'GET'],
    ['PUT', '/v1/encryptions', 405, 'GET, POST'],
    ['OPTIONS', '/v1/encryptions/x', 405, 'DELETE, GET, PATCH'],
    ['GET', '/v1/nothing', 404, undefined],
    ['GET', '/v1/%zz', 404, undefined],
    ['GET', '/v1/health/', 404, undefined],
    ['GET', `/v1/encryptions/${'x'.repeat(300)}`, 404, undefined],
  ])('%s %s is %i, without credentials too', async (method, path, status, allow) => {
    const reply = await service.send(method, path);
    expect([reply.status, reply.headers['allow']]).toEqual([status, allow]);
    expect(reply.headers['cache-control']).toBe('no-store');
  });

  it('refuses a path parameter that is no UUID, naming it', async () => {
    const reply = await service.send('GET', '/v1/encryptions/x', { as: admin });
    expect(shape(reply)).toEqual([400, 'invalid_request', 'id']);
  });

  it('has no version banner and echoes the request id', async () => {
    const reply = await service.send('GET', '/v1/health', {
      as: app,
      headers: { 'x-request-id': 'abc-1' },
    });
    expect(reply.headers['x-request-id']).toBe('abc-1');
    expect(Object.keys(reply.headers)).not.toContain('server');
    expect(Object.keys(reply.headers)).not.toContain('x-powered-by');
  });

  it.each([
    [`${'0'.repeat(42)}1`, 400, 'master_key_malformed'],
    [Buffer.alloc(32, 7).toString('base64'), 400, 'master_key_not_applicable'],
    [Buffer.alloc(32, 7).toString('base64url'), 400, 'master_key_not_applicable'],
    [Buffer.alloc(31, 7).toString('base64'), 400, 'master_key_malformed'],
    ['', 400, 'master_key_malformed'],
  ])(
    'does not ignore a master key that is sent to an encryption in platform mode: %j',
    async (key, status, code) => {
      const headers = { 'x-master-key': key };
      expect(shape(await encrypt({ encryptionId, data: '' }, headers))).toEqual([status, code]);
      const rotate = { as: app, headers, body: { encryptionId } };
      expect(shape(await service.send('POST', '/v1/rotate', rotate))).toEqual([status, code]);
      const create = { as: admin, headers, body: { masterKey: { mode: 'platform' } } };
      expect(shape(await service.send('POST', '/v1/encryptions', create))).toEqual([status, code]);
      expect(shape(await encrypt({ encryptionId: randomUUID(), data: '' }, headers))).toEqual([
        404,
        'not_found',
      ]);
    },
  );

  it('refuses a body that a call does not take, and one with too many members, quickly', async () => {
    const path = `/v1/clients/${randomUUID()}`;
    const body = { force: true };
    expect(shape(await service.send('DELETE', path, { as: admin, body }))).toEqual([
      400,
      'invalid_request',
      'body',
    ]);
    const many = `{${Array.from({ length: 400_000 }, (_, index) => `"k${String(index)}":1`).join(',')}}`;
    const reply = await encrypt(many);
    expect([reply.status, reply.text.length < 1_000]).toEqual([400, true]);
  });

  it('refuses text that the database cannot hold', async () => {
    const list = await service.send('GET', '/v1/encryptions?algorithm=%00', { as: admin });
    expect(shape(list)).toEqual([400, 'invalid_request', 'algorithm']);
  });

  it.each(['2026-02-31T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-01', 'now'])(
    'refuses %s as a time',
    async (from) => {
      const audit = await service.send('GET', `/v1/audit?from=${from}`, { as: admin });
      expect(shape(audit)).toEqual([400, 'invalid_request', 'from']);
    },
  );

  it('keeps an access reason in UTF-8, and sends problems without a charset', async () => {
    const headers = { 'x-access-reason': Buffer.from('Prüfung Ä €').toString('latin1') };
    await encrypt({ encryptionId, data: '' }, headers);
    const { json } = await service.send('GET', '/v1/audit?operation=encrypt&limit=1', {
      as: admin,
    });
    expect(json['items']).toMatchObject([{ accessReason: 'Prüfung Ä €' }]);
    expect((await encrypt('{')).headers['content-type']).toBe('application/problem+json');
  });

  it('pages through a list, and refuses a cursor of another list', async () => {
    const first = await service.send('GET', '/v1/encryptions?limit=1', { as: admin });
    const cursor = String(first.json['nextCursor']);
    const second = await service.send('GET', `/v1/encryptions?limit=200&cursor=${cursor}`, {
      as: admin,
    });
    expect(second.json['items']).toHaveLength(1);
    expect(shape(await service.send('GET', `/v1/audit?cursor=${cursor}`, { as: admin }))).toEqual([
      400,
      'invalid_request',
      'cursor',
    ]);
    const versions = `/v1/encryptions/${encryptionId}/versions`;
    for (const bad of ['YWJj', 'LTE', '%21', cursor]) {
      const reply = await service.send('GET', `${versions}?cursor=${bad}`, { as: admin });
      expect(shape(reply)).toEqual([400, 'invalid_request', 'cursor']);
    }
    expect(shape(await service.send('GET', '/v1/encryptions?limit=201', { as: admin }))).toEqual([
      400,
      'invalid_request',
      'limit',
    ]);
    expect(
      shape(await service.send('GET', '/v1/encryptions?limit=1&limit=2', { as: admin })),
    ).toEqual([400, 'invalid_request', 'limit']);
  });
});
