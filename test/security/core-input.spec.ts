import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoreApp, type Reply, type Sent } from '../support/core-app.js';

const CANARY = 'canary-5d41402abc4b2a76';
const JSON_TYPE = { 'content-type': 'application/json' };

let core: CoreApp;
let token: string;
let tenantId: string;
let outsider: string;

beforeAll(async () => {
  core = await CoreApp.start();
  ({ token } = await core.person('keeper'));
  tenantId = await core.tenant(token);
  ({ token: outsider } = await core.person('outsider'));
});

afterAll(async () => {
  await core.stop();
});

const store = (sent: Sent): Promise<Reply> =>
  core.send('POST', `/tenants/${tenantId}/vault`, { token, ...sent });
const verdict = ({ status, json }: Reply): unknown => [status, json['code']];

/** Rows of every table that a request could leave something in. */
async function rows(): Promise<unknown> {
  const [counts] = await core.test.asOwner(
    `select (select count(*) from vault_item) as items, (select count(*) from blob) as blobs,
            (select count(*) from audit_event) as records, (select count(*) from user_account) as people`,
  );
  return counts;
}

/** The refusal is as it should be, has left nothing behind, and says back nothing that was sent. */
async function expectRefusal(sending: () => Promise<Reply>, expected: unknown): Promise<void> {
  const before = await rows();
  const reply = await sending();
  expect(verdict(reply)).toEqual(expected);
  expect(reply.text).not.toContain(CANARY);
  expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(reply.headers['cache-control']).toBe('no-store');
  expect(await rows()).toEqual(before);
}

describe('a body', () => {
  it.each([
    ['with an unknown field', `{"type":"a","data":"${CANARY}","dek":"${CANARY}"}`],
    ['with a key given twice', `{"type":"a","data":"${CANARY}","data":"x"}`],
    ['with a key given twice, once escaped', `{"type":"a","data":"${CANARY}","d\\u0061ta":"x"}`],
    [
      'with a key given twice, deep inside',
      '{"type":"a","data":"","metadata":{"a":{"b":1,"b":2}}}',
    ],
    ['with __proto__', `{"type":"a","data":"","__proto__":{"x":"${CANARY}"}}`],
    ['with constructor', '{"type":"a","data":"","constructor":{"prototype":{}}}'],
    ['with a lone surrogate', '{"type":"a","data":"\\ud800"}'],
    ['with a lone surrogate in metadata', '{"type":"a","data":"","metadata":{"\\udc00":1}}'],
    [
      'that is nested deep',
      `{"type":"a","data":"","metadata":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`,
    ],
    ['that is nested very deep', '['.repeat(200_000)],
    ['that is cut', `{"type":"a","data":"${CANARY}`],
    ['that is a list', '[]'],
    ['that is null', 'null'],
    ['that is nothing', ''],
    ['with a comment', '{"type":"a","data":""} // x'],
    ['with a byte order mark', '\uFEFF{"type":"a","data":""}'],
  ])('%s is refused', async (_, body) => {
    await expectRefusal(() => store({ body }), [400, 'invalid_request']);
  });

  it.each<[string, Record<string, string>]>([
    ['no type', {}],
    ['text', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }],
    ['compression', { ...JSON_TYPE, 'content-encoding': 'gzip' }],
  ])('with %s is of an unsupported media type', async (name, headers) => {
    const plain = '{"type":"a","data":""}';
    const payload = name === 'compression' ? gzipSync(plain) : plain;
    const sending = async (): Promise<Reply> => {
      const reply = await core.app.nest.inject({
        method: 'POST',
        url: `/api/v1/tenants/${tenantId}/vault`,
        headers: { authorization: `Bearer ${token}`, ...headers },
        payload,
      });
      const { statusCode: status, headers: answered, payload: text } = reply;
      return { status, headers: answered, text, json: JSON.parse(text) as Reply['json'] };
    };
    await expectRefusal(sending, [415, 'unsupported_media_type']);
  });

  it('over 8 MiB is too large', async () => {
    const body = `{"type":"a","data":"${'x'.repeat(8 * 1024 * 1024)}"}`;
    await expectRefusal(() => store({ body }), [413, 'payload_too_large']);
  });
});

describe('headers', () => {
  it('echo the request id, and make one up', async () => {
    const given = await core.send('GET', '/users/me', {
      token,
      headers: { 'x-request-id': 'r-1' },
    });
    expect(given.headers['x-request-id']).toBe('r-1');
    const made = await core.send('GET', '/users/me', { token });
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each<[string, Record<string, string>]>([
    ['an id of 129', { 'x-request-id': 'x'.repeat(129) }],
    ['an id with a space', { 'x-request-id': `${CANARY} x` }],
    ['a reason of 257', { 'x-access-reason': 'x'.repeat(257) }],
  ])('are refused for %s, under a made-up id', async (_, headers) => {
    const sending = (): Promise<Reply> => core.send('GET', '/users/me', { token, headers });
    await expectRefusal(sending, [400, 'invalid_request']);
    expect((await sending()).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('addresses', () => {
  it.each([
    ['GET', '/nothing', 404],
    ['GET', '/tenants/%zz', 404],
    ['GET', `/tenants/${'a'.repeat(300)}`, 404],
    ['PATCH', '/tenants', 405],
    ['HEAD', '/tenants', 405],
    ['OPTIONS', '/tenants', 405],
    ['POST', '/users/me', 405],
    ['DELETE', '/users/me', 405],
  ])('%s %s: %i, without credentials as well', async (method, path, status) => {
    expect((await core.send(method, path, { token })).status).toBe(status);
    expect((await core.send(method, path)).status).toBe(status);
  });

  it('take ids of one form alone', async () => {
    const ids = ['x', `${tenantId}0`, tenantId.replaceAll('-', ''), `{${tenantId}}`, "'or''='"];
    for (const id of ids) {
      const path = `/tenants/${tenantId}/vault/${encodeURIComponent(id)}`;
      const { json } = await core.send('GET', path, { token });
      expect(json).toMatchObject({ status: 400, errors: [{ field: 'itemId' }] });
    }
  });

  it('take no query where none is declared', async () => {
    const { json } = await core.send('GET', `/users/me?${CANARY}=1`, { token });
    expect(json).toMatchObject({ status: 400, errors: [{ field: 'query' }] });
  });
});

describe('cursors', () => {
  const encode = (...parts: string[]): string =>
    Buffer.from(parts.join('\n')).toString('base64url');
  const lists = ['/tenants', '/tenants/:id/members', '/tenants/:id/vault'];

  it.each(['+275760-09-13T00:00:00.000Z', '-271821-04-20T00:00:00.000Z', '2030-01-01'])(
    'that name the time %s are refused by every list',
    async (time) => {
      for (const list of lists) {
        const path = `${list.replace(':id', tenantId)}?cursor=${encode(time, randomUUID())}`;
        expect((await core.send('GET', path, { token })).json).toMatchObject({
          status: 400,
          errors: [{ field: 'cursor' }],
        });
      }
    },
  );

  it.each(['0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])(
    'that name the time %s are taken',
    async (time) => {
      for (const list of lists) {
        const path = `${list.replace(':id', tenantId)}?cursor=${encode(time, randomUUID())}`;
        expect((await core.send('GET', path, { token })).status).toBe(200);
      }
    },
  );
});

describe('the order of refusals', () => {
  const wrong = { body: '{"broken', headers: { 'content-encoding': 'gzip' } };

  it('is credentials, role, media type, form, object', async () => {
    const path = `/tenants/${tenantId}/vault`;
    const auditor = await core.person('the-auditor');
    const member = { username: 'the-auditor', role: 'auditor' };
    await core.send('POST', `/tenants/${tenantId}/members`, { token, body: member });
    const replies = [
      await core.send('POST', path, wrong),
      await core.send('POST', path, { ...wrong, token: auditor.token }),
      await core.send('POST', path, { ...wrong, token: outsider }),
      await core.send('POST', path, { body: wrong.body, token: outsider }),
      await core.send('POST', path, { body: { type: 'a' }, token: outsider }),
      await core.send('POST', path, { body: { type: 'a', data: '' }, token: outsider }),
    ];
    expect(replies.map(verdict)).toEqual([
      [401, 'unauthenticated'],
      [403, 'forbidden'],
      [415, 'unsupported_media_type'],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
      [404, 'not_found'],
    ]);
  });
});

describe('a form of the content that no field alone tells', () => {
  it.each<[string, object, number, string]>([
    ['base64 that is not canonical', { data: 'AAE', encoding: 'base64' }, 400, 'invalid_base64'],
    ['5 MiB and a byte', { data: 'x'.repeat(5 * 1024 * 1024 + 1) }, 413, 'payload_too_large'],
    [
      'metadata over 16 KiB',
      { data: '', metadata: { a: 'x'.repeat(16_384) } },
      400,
      'invalid_request',
    ],
  ])('is looked at before tenant and item: %s', async (_, content, status, code) => {
    const body = { type: 'a', ...content };
    const path = `/tenants/${tenantId}/vault`;
    const item = `${path}/${randomUUID()}`;
    const replies = [
      await core.send('POST', path, { token, body }),
      await core.send('PUT', item, { token, body }),
      await core.send('POST', path, { token: outsider, body }),
      await core.send('PUT', item, { token: outsider, body }),
    ];
    for (const reply of replies) expect(verdict(reply)).toEqual([status, code]);
  });
});

describe('X-Master-Key', () => {
  const key = Buffer.alloc(32, 9).toString('base64');
  const body = { type: 'a', data: '' };
  let item: string;

  beforeAll(async () => {
    item = String((await store({ body })).json['id']);
  });

  const tenantPath = (path: string): string => `/tenants/${tenantId}${path}`;
  const uses: [string, () => string, object | undefined][] = [
    ['POST', () => '/vault', body],
    ['GET', () => `/vault/${item}`, undefined],
    ['PUT', () => `/vault/${item}`, body],
    ['GET', () => '/vault?include=data', undefined],
    ['POST', () => '/rotate-keys', {}],
  ];

  it.each(uses)('is refused where keys are used: %s %s', async (method, path, sent) => {
    const send = (masterKey: string, by = token): Promise<Reply> => {
      const headers = { 'x-master-key': masterKey };
      return core.send(method, tenantPath(path()), { token: by, body: sent, headers });
    };
    expect(verdict(await send(key))).toEqual([400, 'master_key_not_applicable']);
    const asked = { ...core.service.calls };
    for (const wrong of ['', 'x', `${key}, ${key}`, Buffer.alloc(31).toString('base64')])
      expect(verdict(await send(wrong))).toEqual([400, 'master_key_malformed']);
    expect(verdict(await send('x', outsider))).toEqual([404, 'not_found']);
    expect(core.service.calls).toEqual(asked);
  });

  it('is refused behind the item that is not there', async () => {
    const headers = { 'x-master-key': 'x' };
    const path = tenantPath(`/vault/${randomUUID()}`);
    for (const sent of [{ method: 'GET' }, { method: 'PUT', body }]) {
      const reply = await core.send(sent.method, path, { token, headers, body: sent.body });
      expect(verdict(reply)).toEqual([404, 'not_found']);
    }
  });

  it.each(['/vault', '/blobs', '/versions', ''])('is ignored by GET …%s', async (path) => {
    const headers = { 'x-master-key': key };
    expect((await core.send('GET', tenantPath(path), { token, headers })).status).toBe(200);
  });
});

describe('what comes later', () => {
  it.each([
    ['POST', '/tenants/:id/rotate-keys', { reEncrypt: true }],
    ['POST', '/tenants/:id/members', { username: 'outsider', role: 'member', state: 'pending' }],
  ])('is refused as unknown and absent from OpenAPI: %s %s %j', async (method, path, body) => {
    const filled = path.replace(':id', tenantId);
    expect(verdict(await core.send(method, filled, { token, body }))).toEqual([
      400,
      'invalid_request',
    ]);
    const { text } = await core.send('GET', '/openapi.json');
    for (const field of ['reEncrypt', 'serviceUrl']) expect(text).not.toContain(field);
  });
});
