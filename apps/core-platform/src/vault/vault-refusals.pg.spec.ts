import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { CoreApp, type Sent } from '../../../../test/support/core-app.js';

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
const item = () => ({
  type: 'note',
  labels: ['work', 'über', '🏠'],
  metadata: { title: CANARY, count: 3, nested: { list: [1, null, true] } },
  data: CANARY,
});
async function storedItem(): Promise<string> {
  const { json } = await vault('POST', '', { body: item() });
  return String(json['id']);
}
describe('what was changed in the database', () => {
  it.each([
    ['its type', "update vault_item set type = 'other' where id = $1"],
    ['its labels', "update vault_item set labels = '{work,über}' where id = $1"],
    ['the order of its labels', "update vault_item set labels = '{über,work,🏠}' where id = $1"],
    ['its revision', 'update vault_item set revision = gen_random_uuid() where id = $1'],
    ['its ciphertext', "update blob set cipher_text = cipher_text || 'x' where item_id = $1"],
    ['its metadata', `update blob set metadata = '{"v":1,"tag":"x"}' where item_id = $1`],
    ['its version', 'update blob set encryption_version_id = gen_random_uuid() where item_id = $1'],
    ['that it has metadata', "delete from blob where item_id = $1 and part = 'metadata'"],
    ['that it has data', "delete from blob where item_id = $1 and part = 'data'"],
  ])('does not open: %s', async (_, text) => {
    const id = await storedItem();
    await core.test.asOwner(text, [id]);
    const reply = await vault('GET', `/${id}`);
    expect(reply.json).toMatchObject({ status: 422, code: 'decryption_failed' });
    expect(reply.text).not.toContain(CANARY);
    await vault('DELETE', `/${id}`);
  });

  it('does not open: metadata in the place of data', async () => {
    const id = await storedItem();
    await core.test.asOwner("delete from blob where item_id = $1 and part = 'data'", [id]);
    await core.test.asOwner("update blob set part = 'data' where item_id = $1", [id]);
    expect((await vault('GET', `/${id}`)).json).toMatchObject({ code: 'decryption_failed' });
    await vault('DELETE', `/${id}`);
  });

  it('does not open: the blob of another item', async () => {
    const [one, two] = [await storedItem(), await storedItem()];
    await core.test.asOwner(
      `update blob set (cipher_text, metadata) =
         (select cipher_text, metadata from blob b where b.item_id = $2 and b.part = blob.part)
       where item_id = $1`,
      [one, two],
    );
    expect((await vault('GET', `/${one}`)).json).toMatchObject({ code: 'decryption_failed' });
    expect((await vault('GET', `/${two}`)).status).toBe(200);
    await vault('DELETE', `/${one}`);
  });

  it('is on record', async () => {
    const id = await storedItem();
    await core.test.asOwner("update vault_item set type = 'x' where id = $1", [id]);
    await vault('GET', `/${id}`);
    const { json } = await core.send('GET', `/audit?tenantId=${tenantId}&limit=1`, { token });
    expect(json['items']).toMatchObject([
      { action: 'item.read', outcome: 'decryption_failed', subject: { kind: 'item', id } },
    ]);
    await vault('DELETE', `/${id}`);
  });
});

describe('what the service answers', () => {
  it.each<[AppError, number, string]>([
    [new AppError('encryption_disabled'), 409, 'encryption_disabled'],
    [new AppError('version_not_usable'), 409, 'version_not_usable'],
    [new AppError('version_destroyed'), 410, 'version_destroyed'],
    [new AppError('decryption_failed'), 422, 'decryption_failed'],
    [new AppError('rate_limited', { retryAfterSeconds: 7 }), 429, 'rate_limited'],
    [new AppError('kms_unavailable'), 503, 'kms_unavailable'],
    [new AppError('audit_unavailable'), 503, 'audit_unavailable'],
    [new AppError('database_unavailable'), 503, 'encryption_service_unavailable'],
    [new AppError('shutting_down'), 503, 'encryption_service_unavailable'],
    [new AppError('unauthenticated'), 502, 'encryption_service_rejected'],
    [new AppError('forbidden'), 502, 'encryption_service_rejected'],
    [new AppError('not_found'), 502, 'encryption_service_rejected'],
    [new AppError('internal'), 502, 'encryption_service_rejected'],
  ])('reaches a person as the contract has it: %s', async (error, status, code) => {
    const id = await storedItem();
    core.service.fail('decrypt', error);
    core.service.fail('decrypt', error);
    const reply = await vault('GET', `/${id}`);
    expect(reply.json).toMatchObject({ status, code });
    const isRetried = status === 429 || status === 503;
    const seconds = error.retryAfterSeconds ?? (isRetried ? 1 : undefined);
    expect(reply.headers['retry-after']).toBe(seconds?.toString());
    await vault('GET', `/${id}`);
    await vault('DELETE', `/${id}`);
  });

  it('tells the person that an item is too large where it is so only on its way to the service', async () => {
    core.service.fail('encrypt', new AppError('payload_too_large'));
    expect((await vault('POST', '', { body: item() })).json).toMatchObject({
      status: 413,
      code: 'payload_too_large',
    });
  });

  it('stores nothing where the service refused', async () => {
    const before = await core.test.asOwner('select from vault_item');
    core.service.fail('encrypt', new AppError('encryption_disabled'));
    expect((await vault('POST', '', { body: item() })).status).toBe(409);
    expect(await core.test.asOwner('select from vault_item')).toHaveLength(before.length);
  });
});
