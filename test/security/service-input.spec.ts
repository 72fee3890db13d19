import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, ServiceApp, type ServiceReply, shape } from '../support/service-app.js';

const CANARY = 'canary-5d41402abc4b2a76';

let service: ServiceApp;
let admin: Credentials;
let app: Credentials;
let encryptionId: string;
let blob: Record<string, unknown>;

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin, app } = await service.tenant());
  encryptionId = await service.encryption(admin);
  blob = await service.blob(app, encryptionId);
});

afterAll(async () => {
  await service.stop();
});

function encrypt(body: unknown, headers: Record<string, string> = {}): Promise<ServiceReply> {
  return service.send('POST', '/v1/encrypt', { as: app, body, headers });
}

function decrypt(body: unknown): Promise<ServiceReply> {
  return service.send('POST', '/v1/decrypt', { as: app, body });
}

async function stored(): Promise<number> {
  const [row] = await service.test.asOwner<{ n: number }>(
    'select count(*)::int as n from audit_record',
  );
  return row?.n ?? -1;
}

describe('bad input to encrypt', () => {
  it.each([
    ['an unknown field', { data: CANARY, dek: CANARY }, 'dek'],
    ['data that is no text', { data: 7 }, 'data'],
    ['null in place of an optional field', { data: '', encoding: null }, 'encoding'],
    ['another encoding', { data: '', encoding: CANARY }, 'encoding'],
    ['a context that is a list', { data: '', context: [CANARY] }, 'context'],
    ['a context with a number', { data: '', context: { a: 1 } }, 'context'],
    [
      '33 entries of context',
      {
        data: '',
        context: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [String(i), ''])),
      },
      'context',
    ],
    ['a malformed version', { data: '', encryptionVersionId: CANARY }, 'encryptionVersionId'],
    ['a field of later', { data: '', masterKey: {} }, 'masterKey'],
  ])('names the field of %s and nothing else', async (_, more, field) => {
    const before = await stored();
    const reply = await encrypt({ encryptionId, ...more });
    expect(shape(reply)).toEqual([400, 'invalid_request', field]);
    expect(reply.text).not.toContain(CANARY);
    expect(await stored()).toBe(before);
  });

  it.each([
    ['a duplicate key', '{"data":"a","data":"b"}'],
    ['a duplicate key in another spelling', '{"data":"a","d\\u0061ta":"b"}'],
    ['a duplicate key in the context', '{"context":{"a":"1","a":"2"}}'],
    ['__proto__', '{"__proto__":{"data":"x"}}'],
    ['constructor', '{"constructor":1}'],
    ['a lone surrogate', '{"data":"\\ud800"}'],
    ['a lone surrogate as key', '{"context":{"\\udc00":"a"}}'],
    ['deep nesting', `{"context":${'['.repeat(40)}${']'.repeat(40)}}`],
    ['very deep nesting', '['.repeat(200_000)],
    ['a list', '[]'],
    ['text', '"x"'],
    ['null', 'null'],
    ['half of JSON', '{"data":'],
    ['two values', '{} {}'],
    ['a byte order mark', '\ufeff{}'],
  ])('refuses %s', async (_, body) => {
    const reply = await encrypt(body);
    expect([reply.status, reply.json['code']]).toEqual([400, 'invalid_request']);
    expect(reply.json['errors']).not.toHaveLength(0);
    expect(reply.text.length).toBeLessThan(1_500);
  });

  it.each(['AA', 'AAA', 'AAB=', 'A-_=', ' AAA=', 'AAA=\n', '!!!!', 'AAAA====', 'AB=='])(
    'refuses %j as base64',
    async (data) => {
      const reply = await encrypt({ encryptionId, data, encoding: 'base64' });
      expect(shape(reply)).toEqual([400, 'invalid_base64', 'data']);
    },
  );

  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/json; charset=latin1', 415],
    ['application/json; charset=utf-8', 400],
    ['application/merge-patch+json', 415],
  ])('answers content type %s with %i', async (type, status) => {
    expect((await encrypt('{}', { 'content-type': type })).status).toBe(status);
  });

  it.each(['gzip', 'br', 'deflate, gzip'])(
    'refuses a body marked %s, whatever is in it',
    async (encoding) => {
      const reply = await encrypt({ encryptionId, data: '' }, { 'content-encoding': encoding });
      expect(shape(reply)).toEqual([415, 'unsupported_media_type']);
    },
  );

  it('refuses a body over the limit', async () => {
    const reply = await encrypt({ encryptionId, data: 'a'.repeat(8 * 1024 * 1024) });
    expect(shape(reply)).toEqual([413, 'payload_too_large']);
  });

  it('refuses data over 5 MiB once decoded, and takes 5 MiB', async () => {
    const most = 5 * 1024 * 1024;
    expect(shape(await encrypt({ encryptionId, data: 'a'.repeat(most + 1) }))).toEqual([
      413,
      'payload_too_large',
    ]);
    const data = Buffer.alloc(most, 1).toString('base64');
    const sealed = await encrypt({ encryptionId, data, encoding: 'base64' });
    expect(sealed.status).toBe(200);
    expect((await decrypt(sealed.json)).json['data']).toBe(data);
  });

  it('takes empty data', async () => {
    const sealed = await encrypt({ encryptionId, data: '' });
    expect((await decrypt(sealed.json)).json).toEqual({ data: '', encoding: 'utf8' });
  });

  it('keeps a context with the keys __proto__ and the empty one', async () => {
    const body = `{"encryptionId":"${encryptionId}","data":"x","context":{"__proto__":"a","":"b"}}`;
    const sealed = await encrypt(body);
    expect(sealed.status).toBe(200);
    const whole = JSON.stringify(sealed.json);
    expect(
      (await decrypt(`${whole.slice(0, -1)},"context":{"":"b","__proto__":"a"}}`)).json['data'],
    ).toBe('x');
    expect((await decrypt(`${whole.slice(0, -1)},"context":{"":"b"}}`)).json['code']).toBe(
      'decryption_failed',
    );
  });

  it.each([
    ['X-Request-Id', 'a b'],
    ['X-Request-Id', 'x'.repeat(129)],
    ['X-Access-Reason', 'x'.repeat(257)],
  ])('refuses a malformed %s with a made-up id', async (name, value) => {
    const reply = await encrypt({ encryptionId, data: '' }, { [name]: value });
    expect(shape(reply)).toEqual([400, 'invalid_request', name]);
    expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('refuses a query that it does not take', async () => {
    const reply = await service.send('POST', `/v1/encrypt?token=${CANARY}`, {
      as: app,
      body: { encryptionId, data: '' },
    });
    expect(shape(reply)).toEqual([400, 'invalid_request', 'query']);
    expect(reply.text).not.toContain(CANARY);
  });
});

describe('bad input to decrypt', () => {
  const flipped = (text: unknown): string => {
    const bytes = Buffer.from(String(text), 'base64');
    bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
    return bytes.toString('base64');
  };

  it('opens nothing of which one bit was changed', async () => {
    const metadata = blob['metadata'] as Record<string, unknown>;
    const changed = [
      { ...blob, cipherText: flipped(blob['cipherText']) },
      ...['iv', 'tag', 'commitment'].map((name) => ({
        ...blob,
        metadata: { ...metadata, [name]: flipped(metadata[name]) },
      })),
      { ...blob, metadata: { ...metadata, encoding: 'base64' } },
      { ...blob, metadata: { ...metadata, kind: 'data-key' } },
      { ...blob, metadata: { ...metadata, v: 2 } },
      { ...blob, metadata: { ...metadata, origin: randomUUID() } },
      { ...blob, metadata: {} },
      { ...blob, algorithm: 'XAES-256-GCM' },
      { ...blob, context: { a: 'b' } },
    ];
    for (const body of changed)
      expect(shape(await decrypt(body))).toEqual([422, 'decryption_failed']);
  });

  it('tells its input from its blob', async () => {
    expect(shape(await decrypt({ ...blob, cipherText: 'A===' }))).toEqual([
      400,
      'invalid_base64',
      'cipherText',
    ]);
    expect(shape(await decrypt({ ...blob, metadata: [] }))).toEqual([
      400,
      'invalid_request',
      'metadata',
    ]);
    expect(shape(await decrypt({ ...blob, metadata: 'x' }))).toEqual([
      400,
      'invalid_request',
      'metadata',
    ]);
  });

  it('takes what encrypt answered whole, `changed` included, and ids in capitals', async () => {
    expect((await decrypt({ ...blob, changed: true })).status).toBe(200);
    expect((await decrypt({ ...blob, encryptionId: encryptionId.toUpperCase() })).status).toBe(200);
  });

  it('answers for another version of the same encryption 422, for one of another encryption 404', async () => {
    const { json } = await service.send('POST', '/v1/rotate', { as: app, body: { encryptionId } });
    const other = await service.blob(app, await service.encryption(admin));
    expect(shape(await decrypt({ ...blob, encryptionVersionId: json['newVersionId'] }))).toEqual([
      422,
      'decryption_failed',
    ]);
    expect(
      shape(await decrypt({ ...blob, encryptionVersionId: other['encryptionVersionId'] })),
    ).toEqual([404, 'not_found']);
  });

  it("answers for another tenant's ids as for ids that nobody has", async () => {
    const stranger = await service.tenant();
    const theirs = await service.blob(stranger.app, await service.encryption(stranger.admin));
    const nobodys = { ...theirs, encryptionId: randomUUID(), encryptionVersionId: randomUUID() };
    const [one, two] = [await decrypt(theirs), await decrypt(nobodys)];
    expect(shape(one)).toEqual([404, 'not_found']);
    expect({ ...one.json, requestId: '' }).toEqual({ ...two.json, requestId: '' });
    const patch = { as: admin, body: { state: 'disabled' } };
    expect(
      (await service.send('PATCH', `/v1/encryptions/${String(theirs['encryptionId'])}`, patch))
        .status,
    ).toBe(404);
  });
});
