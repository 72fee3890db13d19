import { createHash } from 'node:crypto';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppError } from '@app/errors';
import { CoreApp, type Reply } from '../../../../test/support/core-app.js';

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

afterEach(() => {
  vi.restoreAllMocks();
});

/** Does something before each decrypt, which is told how many there were. */
function atDecrypt(work: (call: number) => void | Promise<void>): void {
  const clientOf = core.service.clientOf.bind(core.service);
  let call = 0;
  vi.spyOn(core.service, 'clientOf').mockImplementation((credentials) => {
    const client = clientOf(credentials);
    const decrypt: typeof client.decrypt = async (input, context) => {
      call += 1;
      await work(call);
      return client.decrypt(input, context);
    };
    return { ...client, decrypt };
  });
}

const write = (tenantId: string, body: object, headers = {}) =>
  core.send('POST', `/tenants/${tenantId}/vault`, { token: owner.token, body, headers });

async function tenantWith(...items: readonly object[]): Promise<string> {
  const tenantId = await core.tenant(owner.token);
  for (const item of items) await write(tenantId, { type: 'note', ...item });
  return tenantId;
}

/** The files of an export, as another implementation of zip reads them. */
async function exported(
  tenantId: string,
  query = '',
  headers = {},
): Promise<Readonly<Record<string, string>>> {
  const { nest } = core.app;
  const {
    statusCode,
    headers: told,
    rawPayload,
  } = await nest.inject({
    method: 'POST',
    url: `/api/v1/tenants/${tenantId}/export${query}`,
    headers: { authorization: `Bearer ${owner.token}`, ...headers },
  });
  expect(statusCode).toBe(200);
  expect(told).toMatchObject({
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="tenant-${tenantId}.zip"`,
  });
  const files = unzipSync(rawPayload);
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]));
}

const parsed = (text: string | undefined): Record<string, unknown> =>
  JSON.parse(text ?? '') as Record<string, unknown>;
const refused = (tenantId: string, query = '', headers = {}): Promise<Reply> =>
  core.send('POST', `/tenants/${tenantId}/export${query}`, { token: owner.token, headers });

describe('POST /tenants/{id}/export', () => {
  it('gives items, members and a manifest that fits them', async () => {
    const tenantId = await tenantWith(
      { data: 'one', metadata: { n: 1 }, labels: ['a'] },
      { data: 'AAEC', encoding: 'base64' },
    );
    const files = await exported(tenantId);
    expect(Object.keys(files)).toEqual(['items.json', 'members.json', 'manifest.json']);
    const items = JSON.parse(files['items.json'] ?? '') as Record<string, unknown>[];
    expect(items).toMatchObject([
      { type: 'note', data: 'one', encoding: 'utf8', metadata: { n: 1 }, labels: ['a'] },
      { data: 'AAEC', encoding: 'base64' },
    ]);
    expect(JSON.parse(files['members.json'] ?? '')).toMatchObject([
      { userId: owner.id, username: owner.username, role: 'owner', state: 'active' },
    ]);
    const manifest = parsed(files['manifest.json']);
    expect(manifest).toMatchObject({
      format: 'keyward.tenant-export.v1',
      tenant: { id: tenantId, name: 'A tenant' },
      exportedBy: owner.id,
      content: 'items',
      blobCount: 3,
      failures: [],
    });
    const blobs = manifest['blobs'] as Record<string, unknown>[];
    expect(blobs.map(({ itemId, part }) => [itemId, part])).toEqual([
      [items[0]?.['id'], 'data'],
      [items[0]?.['id'], 'metadata'],
      [items[1]?.['id'], 'data'],
    ]);
    expect(blobs[0]?.['encryptionVersionId']).toBe(items[0]?.['encryptionVersionId']);
    const digests = ['items.json', 'members.json'].map((name) => {
      const bytes = Buffer.from(files[name] ?? '');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { name, bytes: bytes.length, sha256 };
    });
    expect(manifest['files']).toEqual(digests);
  });

  it('of an empty vault is a file as well', async () => {
    const files = await exported(await tenantWith());
    expect(files['items.json']).toBe('[]\n');
    expect(parsed(files['manifest.json'])).toMatchObject({ blobCount: 0, blobs: [] });
  });

  it('goes on over pages', async () => {
    const data = 'x'.repeat(1024 * 1024 * 3);
    const tenantId = await tenantWith({ data }, { data }, { data }, { data }, { data });
    const files = await exported(tenantId);
    expect(JSON.parse(files['items.json'] ?? '')).toHaveLength(5);
    expect(parsed(files['manifest.json'])).toMatchObject({ blobCount: 5 });
  });

  it('as CSV is safe to open in a spreadsheet', async () => {
    const tenantId = await tenantWith({ data: '=cmd|calc', labels: ['@sum', 'a,"b'] });
    const files = await exported(tenantId, '?format=csv');
    expect(Object.keys(files)).toEqual(['items.csv', 'members.csv', 'manifest.json']);
    const [head, line] = (files['items.csv'] ?? '').split('\r\n');
    expect(head).toBe(
      '"id","type","labels","metadata","data","encoding","encryptionVersionId","createdAt","updatedAt"',
    );
    expect(line).toContain(`"'=cmd|calc"`);
    expect(line).toContain('"[""@sum"",""a,\\""b""]"');
  });

  it('names the items that do not open, and gives the others', async () => {
    const tenantId = await tenantWith({ data: 'whole' }, { data: 'torn' });
    await core.test.asOwner(
      `update blob set metadata = '{}' where id = (
         select b.id from blob b join vault_item i on i.id = b.item_id
         where i.tenant_id = $1 order by i.created_at desc, i.id desc limit 1)`,
      [tenantId],
    );
    const files = await exported(tenantId);
    expect(JSON.parse(files['items.json'] ?? '')).toHaveLength(1);
    expect(parsed(files['manifest.json'])).toMatchObject({
      blobCount: 1,
      failures: [{ itemId: expect.any(String) as string, code: 'decryption_failed' }],
    });
  });

  it('is on record with how many items each page had', async () => {
    const tenantId = await tenantWith({ data: 'one' }, { data: 'two' });
    await exported(tenantId);
    const { json } = await core.send('GET', `/audit?tenantId=${tenantId}`, { token: owner.token });
    const [newest] = json['items'] as unknown[];
    expect(newest).toMatchObject({ action: 'tenant.export', outcome: 'success', items: 2 });
  });

  it('needs the master key of a tenant that brings its own, to the last page', async () => {
    const tenantId = await core.tenant(owner.token);
    const headers = { 'x-master-key': Buffer.alloc(32, 3).toString('base64') };
    const body = { masterKeyMode: 'client' };
    await core.send('PUT', `/tenants/${tenantId}/encryption`, {
      token: owner.token,
      body,
      headers,
    });
    const data = 'x'.repeat(1024 * 1024 * 3);
    for (let times = 0; times < 4; times += 1)
      await write(tenantId, { type: 'note', data }, headers);
    expect((await refused(tenantId)).json).toMatchObject({ code: 'master_key_required' });
    const files = await exported(tenantId, '', headers);
    expect(JSON.parse(files['items.json'] ?? '')).toHaveLength(4);
  });

  it('waits for a limit that it runs into behind its first page', async () => {
    const data = 'x'.repeat(1024 * 1024 * 3);
    const tenantId = await tenantWith({ data }, { data }, { data });
    atDecrypt((call) => {
      if (call === 3) throw new AppError('quota_exceeded', { retryAfterSeconds: 1 });
    });
    const files = await exported(tenantId);
    expect(JSON.parse(files['items.json'] ?? '')).toHaveLength(3);
  });
});

describe('an export that fails', () => {
  it('before its first page is answered as an error', async () => {
    const tenantId = await tenantWith({ data: 'one' });
    core.service.fail('decrypt', new AppError('encryption_service_unavailable'));
    const { json } = await refused(tenantId);
    expect(json).toMatchObject({ status: 503, code: 'encryption_service_unavailable' });
  });

  it('behind it is cut, and looks like it', async () => {
    const data = 'x'.repeat(1024 * 1024 * 3);
    const tenantId = await tenantWith({ data }, { data }, { data });
    atDecrypt((call) => {
      if (call === 3) throw new AppError('encryption_service_unavailable');
    });
    const sent = core.app.nest.inject({
      method: 'POST',
      url: `/api/v1/tenants/${tenantId}/export`,
      headers: { authorization: `Bearer ${owner.token}` },
    });
    await expect(sent).rejects.toThrow();
  });

  it('ends at the page at which its caller lost their rights', async () => {
    const data = 'x'.repeat(1024 * 1024 * 3);
    const tenantId = await tenantWith({ data }, { data }, { data });
    const gone = await core.person('soon-gone');
    const body = { username: gone.username, role: 'admin' };
    await core.send('POST', `/tenants/${tenantId}/members`, { token: owner.token, body });
    let calls = 0;
    atDecrypt(async (call) => {
      calls = call;
      const path = `/tenants/${tenantId}/members/${gone.id}`;
      if (call === 2) await core.send('DELETE', path, { token: owner.token });
    });
    const sent = core.app.nest.inject({
      method: 'POST',
      url: `/api/v1/tenants/${tenantId}/export`,
      headers: { authorization: `Bearer ${gone.token}` },
    });
    await expect(sent).rejects.toThrow();
    expect(calls).toBe(2);
  });

  it.each(['?format=xml', '?format=', '?page=1'])('for a query that is none: %s', async (query) => {
    const tenantId = await tenantWith();
    expect((await refused(tenantId, query)).json).toMatchObject({ code: 'invalid_request' });
  });
});
