import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { CoreApp } from '../../../../test/support/core-app.js';

type Item = Record<string, unknown>;

let core: CoreApp;
let tenantId: string;
let token: string;

beforeAll(async () => {
  core = await CoreApp.start();
  ({ token } = await core.person('keeper'));
});

afterAll(async () => {
  await core.stop();
});

const list = (query = '') => core.send('GET', `/tenants/${tenantId}/vault${query}`, { token });
async function put(body: object): Promise<string> {
  const { status, json } = await core.send('POST', `/tenants/${tenantId}/vault`, { token, body });
  expect(status).toBe(201);
  return String(json['id']);
}
async function pages(query: string): Promise<Item[][]> {
  const found: Item[][] = [];
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? '' : `&cursor=${cursor}`;
    const { status, json } = await list(`?${query}${from}`);
    expect(status).toBe(200);
    found.push(json['items'] as Item[]);
    cursor = json['nextCursor'] as string | undefined;
  } while (cursor !== undefined);
  return found;
}

describe('a list of items', () => {
  beforeAll(async () => {
    tenantId = await core.tenant(token);
    for (let n = 0; n < 7; n += 1) {
      const labels = [n % 2 === 0 ? 'even' : 'odd', `n${String(n)}`];
      const type = n < 4 ? 'note' : 'letter';
      await put({ type, labels, metadata: { n }, data: `data ${String(n)}` });
    }
  });

  it('has what lies in clear, oldest first, and nothing opened', async () => {
    const before = core.service.calls['decrypt'];
    const [items = []] = await pages('limit=200');
    expect(items.map(({ labels }) => (labels as string[])[1])).toEqual([
      'n0',
      'n1',
      'n2',
      'n3',
      'n4',
      'n5',
      'n6',
    ]);
    expect(Object.keys(items[0] ?? {}).sort()).toEqual([
      'createdAt',
      'encryptionVersionId',
      'id',
      'labels',
      'type',
      'updatedAt',
    ]);
    expect(core.service.calls['decrypt']).toBe(before);
  });

  it.each([
    ['limit=3', [3, 3, 1]],
    ['limit=7', [7]],
    ['type=note', [4]],
    ['type=note&limit=2', [2, 2]],
    ['type=nothing', [0]],
    ['label=even', [4]],
    ['label=n5', [1]],
    ['label=odd&type=letter', [1]],
  ])('is paged and narrowed: %s', async (query, sizes) => {
    const found = await pages(query);
    expect(found.map(({ length }) => length)).toEqual(sizes);
    const ids = found.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    ['include=data', ['data', 'encoding']],
    ['include=metadata', ['metadata']],
    ['include=metadata,data', ['data', 'encoding', 'metadata']],
    ['include=data,metadata', ['data', 'encoding', 'metadata']],
  ])('opens what was asked for, and nothing else: %s', async (query, fields) => {
    const found = (await pages(`${query}&limit=4`)).flat();
    expect(found).toHaveLength(7);
    found.forEach((item, n) => {
      const opened = Object.keys(item).filter((key) =>
        ['data', 'encoding', 'metadata'].includes(key),
      );
      expect(opened.sort()).toEqual(fields);
      if (fields.includes('data')) expect(item['data']).toBe(`data ${String(n)}`);
      if (fields.includes('metadata')) expect(item['metadata']).toEqual({ n });
    });
  });

  it('is one record of the audit where it opened something, and none where not', async () => {
    const records = async (): Promise<Item[]> => {
      const { json } = await core.send('GET', `/audit?tenantId=${tenantId}&action=item.list`, {
        token,
      });
      return json['items'] as Item[];
    };
    const before = await records();
    await list();
    expect(await records()).toHaveLength(before.length);
    await list('?include=data&limit=3');
    const [newest] = await records();
    expect(newest).toMatchObject({ action: 'item.list', items: 3, outcome: 'success' });
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=x',
    'limit=1&limit=2',
    'cursor=eA',
    'type=Note',
    'label=',
    'include=everything',
    'include=data,data',
    'offset=1',
    '__proto__=1',
  ])('refuses %s', async (query) => {
    expect((await list(`?${query}`)).json).toMatchObject({ status: 400, code: 'invalid_request' });
  });
});

describe('one damaged item among others', () => {
  const ids: string[] = [];

  beforeAll(async () => {
    tenantId = await core.tenant(token);
    for (const data of ['first', 'second', 'third'])
      ids.push(await put({ type: 'note', data, metadata: { data } }));
  });

  it('is named where it does not open, and the list goes without its content', async () => {
    await core.test.asOwner("update vault_item set type = 'other' where id = $1", [ids[1]]);
    const opened = await list('?include=data,metadata');
    expect(opened.json).toMatchObject({
      status: 422,
      code: 'decryption_failed',
      errors: [{ field: 'items[1]', message: 'does not open' }],
    });
    expect((await list()).json['items']).toHaveLength(3);
    expect((await list('?include=data&type=note')).json['items']).toHaveLength(2);
  });

  it.each<[AppError, number]>([
    [new AppError('version_destroyed'), 410],
    [new AppError('version_not_usable'), 409],
  ])('is named where its version does not serve any more: %s', async (error, status) => {
    core.service.fail('decrypt', error);
    const { json } = await list('?include=data&type=note');
    expect(json).toMatchObject({ status, errors: [{ field: 'items[0]' }] });
  });

  it('is not blamed for what ails all of them', async () => {
    core.service.fail('decrypt', new AppError('encryption_disabled'));
    const { json } = await list('?include=data&type=note');
    expect(json).toMatchObject({ status: 409, code: 'encryption_disabled' });
    expect(json).not.toHaveProperty('errors');
  });

  it('is listed without a version where it lost its data, and can be deleted', async () => {
    await core.test.asOwner("delete from blob where item_id = $1 and part = 'data'", [ids[2]]);
    const { status, json } = await list();
    expect(status).toBe(200);
    const items = json['items'] as Item[];
    expect(items.map(({ id }) => id)).toEqual(ids);
    expect(items[2]).not.toHaveProperty('encryptionVersionId');
    expect((await list('?include=metadata&type=note')).json).toMatchObject({
      status: 422,
      code: 'decryption_failed',
      errors: [{ field: 'items[1]', message: 'has lost its data' }],
    });
    const path = `/tenants/${tenantId}/vault/${ids[2] ?? ''}`;
    const read = await core.send('GET', path, { token });
    expect(read.json).toMatchObject({ status: 422, code: 'decryption_failed' });
    expect(read.json).not.toHaveProperty('errors');
    expect((await core.send('DELETE', path, { token })).status).toBe(204);
    expect((await list('?include=data&type=note')).status).toBe(200);
  });
});

describe('a list of large items', () => {
  it('ends a page before it is too large, and still comes to its end', async () => {
    tenantId = await core.tenant(token);
    for (let n = 0; n < 5; n += 1)
      await put({ type: 'big', data: String(n).repeat(3 * 1024 * 1024) });
    const found = await pages('include=data&limit=200');
    expect(found.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(found.flat().map(({ data }) => String(data)[0])).toEqual(['0', '1', '2', '3', '4']);
    expect((await pages('limit=200')).map(({ length }) => length)).toEqual([5]);
  });
});
