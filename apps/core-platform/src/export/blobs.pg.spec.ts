import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { SecretString } from '@app/secret';
import { CoreApp } from '../../../../test/support/core-app.js';

interface Blob {
  readonly id: string;
  readonly itemId: string;
  readonly part: string;
  readonly cipherText: string;
  readonly encryptionId: string;
  readonly encryptionVersionId: string;
  readonly algorithm: string;
  readonly metadata: Record<string, unknown>;
  readonly context: Record<string, string>;
}

let core: CoreApp;
let tenantId: string;
let token: string;

beforeAll(async () => {
  core = await CoreApp.start();
  ({ token } = await core.person('keeper'));
  tenantId = await core.tenant(token);
  for (let n = 0; n < 4; n += 1) {
    const body = { type: 'note', labels: ['x'], data: `data ${String(n)}` };
    const metadata = n % 2 === 0 ? { metadata: { n } } : {};
    await core.send('POST', `/tenants/${tenantId}/vault`, {
      token,
      body: { ...body, ...metadata },
    });
  }
});

afterAll(async () => {
  await core.stop();
});

const list = async (query: string): Promise<{ items: Blob[]; nextCursor?: string }> => {
  const { json } = await core.send('GET', `/tenants/${tenantId}/blobs${query}`, { token });
  return json as unknown as { items: Blob[]; nextCursor?: string };
};

describe('the list of blobs', () => {
  it('has each part of each item, page by page', async () => {
    const first = await list('?limit=4');
    const second = await list(`?limit=4&cursor=${first.nextCursor ?? ''}`);
    expect(second.nextCursor).toBeUndefined();
    const blobs = [...first.items, ...second.items];
    expect(blobs).toHaveLength(6);
    expect(new Set(blobs.map(({ id }) => id)).size).toBe(6);
    expect(blobs.filter(({ part }) => part === 'metadata')).toHaveLength(2);
  });

  it('has all that the service needs to open one', async () => {
    // A client of the tenant at the same service, such as a tool that recovers the vault.
    const [row] = await core.test.asOwner<{ api_key: string }>(
      'select api_key from service_connection where tenant_id = $1',
      [tenantId],
    );
    const apiSecret = core.service.secretOf(row?.api_key ?? '');
    const client = core.service.clientOf({
      apiKey: row?.api_key ?? '',
      apiSecret: new SecretString(apiSecret),
    });
    for (const { id: _id, itemId: _itemId, part, ...blob } of (await list('')).items) {
      const { data } = await client.decrypt(blob, { requestId: 'r' });
      expect(data).toMatch(part === 'data' ? /^data \d$/ : /^\{"n":\d\}$/);
    }
  });

  it('opens nothing, and is on record', async () => {
    core.service.fail('decrypt', new AppError('internal'));
    const { items } = await list('');
    const { json } = await core.send('GET', `/audit?tenantId=${tenantId}&limit=1`, { token });
    expect(json['items']).toMatchObject([{ action: 'blob.list', items: items.length }]);
  });

  it.each(['admin', 'member', 'auditor'])('is refused or answered to the %s', async (role) => {
    const person = await core.person(`blob-${role}`);
    const body = { username: person.username, role };
    await core.send('POST', `/tenants/${tenantId}/members`, { token, body });
    const reply = await core.send('GET', `/tenants/${tenantId}/blobs`, { token: person.token });
    expect(reply.status).toBe(role === 'admin' ? 200 : 403);
  });

  it('refuses a cursor that is no blob', async () => {
    const cursor = Buffer.from('x').toString('base64url');
    const reply = await core.send('GET', `/tenants/${tenantId}/blobs?cursor=${cursor}`, { token });
    expect(reply.json).toMatchObject({ status: 400, errors: [{ field: 'cursor' }] });
  });
});
