import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoreApp, type Sent } from '../../../../test/support/core-app.js';

const NOBODYS = '11111111-1111-4111-8111-111111111111';
const CANARY = 'a plaintext that must never lie in the database';

let core: CoreApp;
let tenantId: string;
let token: string;

beforeAll(async () => {
  core = await CoreApp.start();
  ({ token } = await core.person('keeper'));
  tenantId = await core.tenant(token);
});

afterAll(async () => {
  await core.stop();
});

const vault = (method: string, path = '', sent: Sent = {}) =>
  core.send(method, `/tenants/${tenantId}/vault${path}`, { token, ...sent });
const item = (more: object = {}) => ({
  type: 'note',
  labels: ['work', 'über', '🏠'],
  metadata: { title: CANARY, count: 3, nested: { list: [1, null, true] } },
  data: CANARY,
  ...more,
});
async function storedItem(more: object = {}): Promise<string> {
  const { json } = await vault('POST', '', { body: item(more) });
  return String(json['id']);
}
const blobsOf = (itemId: string) =>
  core.test.asOwner<Record<string, unknown>>(
    'select * from blob where item_id = $1 order by part',
    [itemId],
  );

describe('storing an item', () => {
  it('answers it as it was given', async () => {
    const { status, json } = await vault('POST', '', { body: item() });
    expect(status).toBe(201);
    expect(json).toEqual({
      ...item(),
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      encoding: 'utf8',
      encryptionVersionId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      createdAt: json['updatedAt'],
      updatedAt: json['createdAt'],
    });
    expect((await vault('GET', `/${String(json['id'])}`)).json).toEqual(json);
  });

  it.each([
    ['no data', { data: '' }],
    ['bytes', { data: Buffer.from([0, 255, 128]).toString('base64'), encoding: 'base64' }],
    ['labels twice, with a tab', { labels: ['a\tb', 'x', 'x'] }],
    [
      'a key __proto__ in its metadata',
      { metadata: JSON.parse('{"__proto__":{"a":1}}') as object },
    ],
    ['empty metadata', { metadata: {} }],
  ])('takes %s, and gives it back', async (_, more) => {
    const { json: stored } = await vault('POST', '', { body: item(more) });
    const { json } = await vault('GET', `/${String(stored['id'])}`);
    expect(json).toEqual(stored);
    expect(json).toMatchObject(JSON.parse(JSON.stringify(item(more))) as object);
  });

  it('answers no metadata and no labels where there are none', async () => {
    const id = await storedItem({ labels: undefined, metadata: undefined });
    const { json } = await vault('GET', `/${id}`);
    expect(json['labels']).toEqual([]);
    expect(json).not.toHaveProperty('metadata');
  });

  it('gives the service what lies in clear as context, and stores no plaintext', async () => {
    const id = await storedItem();
    const rows = await blobsOf(id);
    expect(rows.map(({ part }) => part)).toEqual(['data', 'metadata']);
    const dump = await core.test.asOwner<{ row: string }>(
      'select row_to_json(b)::text || row_to_json(i)::text as row from blob b join vault_item i on i.id = b.item_id',
    );
    for (const { row } of dump) expect(row).not.toContain(CANARY);
  });

  it.each<[string, object, string, string]>([
    ['a type with capitals', { type: 'Note' }, 'invalid_request', 'type'],
    ['no type', { type: undefined }, 'invalid_request', 'type'],
    ['a type of 65', { type: 'x'.repeat(65) }, 'invalid_request', 'type'],
    ['17 labels', { labels: Array.from({ length: 17 }, String) }, 'invalid_request', 'labels'],
    ['a label of 65', { labels: ['x'.repeat(65)] }, 'invalid_request', 'labels'],
    ['a label with U+0000', { labels: ['a\0b'] }, 'invalid_request', 'labels'],
    ['a label that is a number', { labels: [1] }, 'invalid_request', 'labels'],
    ['metadata that is a list', { metadata: [] }, 'invalid_request', 'metadata'],
    ['metadata that is null', { metadata: null }, 'invalid_request', 'metadata'],
    [
      'metadata over 16 KiB',
      { metadata: { a: 'x'.repeat(16_400) } },
      'invalid_request',
      'metadata',
    ],
    ['no data', { data: undefined }, 'invalid_request', 'data'],
    ['another encoding', { encoding: 'hex' }, 'invalid_request', 'encoding'],
    ['base64 without padding', { data: 'AA', encoding: 'base64' }, 'invalid_base64', 'data'],
    ['base64url', { data: '_-8=', encoding: 'base64' }, 'invalid_base64', 'data'],
    ['an id of its own', { id: NOBODYS }, 'invalid_request', 'id'],
  ])('refuses %s', async (_, more, code, field) => {
    const before = await core.test.asOwner('select from vault_item');
    const { status, json } = await vault('POST', '', { body: item(more) });
    expect({ status, code: json['code'], errors: json['errors'] }).toEqual({
      status: 400,
      code,
      errors: [expect.objectContaining({ field })],
    });
    expect(await core.test.asOwner('select from vault_item')).toHaveLength(before.length);
  });

  it('refuses a number that JSON has and JavaScript has not', async () => {
    const { json } = await vault('POST', '', {
      body: '{"type":"a","data":"","metadata":{"n":1e400}}',
    });
    expect(json).toMatchObject({ status: 400, errors: [{ field: 'metadata.n' }] });
  });

  it.each([
    ['text', { data: 'x'.repeat(5 * 1024 * 1024 + 1) }],
    ['bytes', { data: Buffer.alloc(5 * 1024 * 1024 + 1).toString('base64'), encoding: 'base64' }],
  ])('refuses more than 5 MiB of %s', async (_, more) => {
    const { json } = await vault('POST', '', { body: { ...item(), ...more } });
    expect(json).toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  it('takes 5 MiB', async () => {
    const data = 'é'.repeat(2.5 * 1024 * 1024);
    const id = await storedItem({ data });
    expect((await vault('GET', `/${id}`)).json['data']).toBe(data);
    await vault('DELETE', `/${id}`);
  });
});

describe('replacing an item', () => {
  it('puts all of it anew, under a new revision', async () => {
    const id = await storedItem();
    const before = await blobsOf(id);
    const { status, json } = await vault('PUT', `/${id}`, {
      body: { type: 'letter', data: 'new' },
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ id, type: 'letter', labels: [], data: 'new' });
    expect(json).not.toHaveProperty('metadata');
    expect((await vault('GET', `/${id}`)).json).toEqual(json);
    const after = await blobsOf(id);
    expect(after).toHaveLength(1);
    expect(after[0]?.['id']).not.toBe(before[0]?.['id']);
  });

  it('leaves an item whole, old or new, where many write at once', async () => {
    const id = await storedItem();
    const bodies = Array.from({ length: 8 }, (_, n) =>
      item({ data: `data ${String(n)}`, metadata: { n }, labels: [String(n)] }),
    );
    const replies = await Promise.all(bodies.map((body) => vault('PUT', `/${id}`, { body })));
    expect(replies.map(({ status }) => status)).toEqual(bodies.map(() => 200));
    const { json } = await vault('GET', `/${id}`);
    const n = (json['metadata'] as { n: number }).n;
    expect(json).toMatchObject({ data: `data ${String(n)}`, labels: [String(n)] });
    expect(await blobsOf(id)).toHaveLength(2);
  });

  it('bears the time at which it was written, which of two writers is that of the one that stands', async () => {
    const id = await storedItem();
    const { json } = await core.aMinuteLater('vault_item', id, () =>
      vault('PUT', `/${id}`, { body: item() }),
    );
    const { createdAt, updatedAt } = json as { createdAt: string; updatedAt: string };
    expect(Date.parse(updatedAt) - Date.parse(createdAt)).toBeGreaterThanOrEqual(60_000);
    expect((await vault('GET', `/${id}`)).json).toEqual(json);
  });

  it('asks nothing of the service for an item that is not there', async () => {
    const before = core.service.calls['encrypt'];
    const reply = await vault('PUT', `/${NOBODYS}`, { body: item() });
    expect(reply.json).toMatchObject({ status: 404, code: 'not_found' });
    expect(core.service.calls['encrypt']).toBe(before);
  });

  it('leaves a deleted item deleted', async () => {
    const id = await storedItem();
    const [replaced, deleted] = await Promise.all([
      vault('PUT', `/${id}`, { body: item() }),
      vault('DELETE', `/${id}`),
    ]);
    expect(deleted.status).toBe(204);
    expect([200, 404]).toContain(replaced.status);
    expect((await vault('GET', `/${id}`)).status).toBe(404);
  });
});

describe('deleting an item', () => {
  it('takes its blobs along, and happens once', async () => {
    const id = await storedItem();
    expect((await vault('DELETE', `/${id}`)).status).toBe(204);
    expect(await blobsOf(id)).toEqual([]);
    expect((await vault('GET', `/${id}`)).json).toMatchObject({ status: 404, code: 'not_found' });
    expect((await vault('DELETE', `/${id}`)).status).toBe(404);
  });
});

describe("another tenant's items", () => {
  it('do not exist, by whichever tenant they are asked for', async () => {
    const id = await storedItem();
    const other = await core.person('other-keeper');
    const theirs = await core.tenant(other.token);
    for (const path of [`/tenants/${theirs}/vault/${id}`, `/tenants/${tenantId}/vault/${id}`]) {
      for (const method of ['GET', 'DELETE', 'PUT']) {
        const body = method === 'PUT' ? { body: item() } : {};
        const reply = await core.send(method, path, { token: other.token, ...body });
        expect(reply.json).toMatchObject({ status: 404, code: 'not_found' });
      }
    }
    expect((await vault('GET', `/${id}`)).status).toBe(200);
  });
});
