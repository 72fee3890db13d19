import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
  shape,
} from '../../../../../test/support/service-app.js';

let service: ServiceApp;
let admin: Credentials;
let id: string;

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin } = await service.tenant());
  id = await service.encryption(admin);
});

afterAll(async () => {
  await service.stop();
});

function send(path: string, body: unknown): Promise<ServiceReply> {
  return service.send('POST', path, { as: admin, body });
}

interface Created {
  readonly wrappedKey: Record<string, unknown>;
  readonly key?: string;
}

async function create(more: object = {}): Promise<Created> {
  const { json } = await send('/v1/data-keys', { encryptionId: id, ...more });
  return json as unknown as Created;
}

describe('a data key', () => {
  it('is 32 random bytes that open again with the same context', async () => {
    const context = { file: '7' };
    const { wrappedKey, key } = await create({ context, plaintext: true });
    const bytes = Buffer.from(String(key), 'base64');
    expect(bytes).toHaveLength(32);
    expect(bytes.equals(Buffer.alloc(32))).toBe(false);
    expect((await create({ plaintext: true })).key).not.toBe(key);
    expect((await send('/v1/data-keys/open', { ...wrappedKey, context })).json).toEqual({ key });
    expect(shape(await send('/v1/data-keys/open', wrappedKey))).toEqual([422, 'decryption_failed']);
  });

  it('is told in plain only where that is asked for', async () => {
    expect(Object.keys(await create())).toEqual(['wrappedKey']);
    expect(Object.keys(await create({ plaintext: false }))).toEqual(['wrappedKey']);
    expect(shape(await send('/v1/data-keys', { encryptionId: id, plaintext: 'true' }))).toEqual([
      400,
      'invalid_request',
      'plaintext',
    ]);
  });

  it('is no data, and data is no data key', async () => {
    const { wrappedKey } = await create();
    expect(wrappedKey['metadata']).toMatchObject({ kind: 'data-key', encoding: 'base64' });
    expect(shape(await send('/v1/decrypt', wrappedKey))).toEqual([422, 'decryption_failed']);
    const data = Buffer.alloc(32, 1).toString('base64');
    const { json } = await send('/v1/encrypt', { encryptionId: id, data, encoding: 'base64' });
    expect(shape(await send('/v1/data-keys/open', json))).toEqual([422, 'decryption_failed']);
    for (const [blob, kind] of [
      [wrappedKey, 'data'],
      [json, 'data-key'],
    ] as const) {
      const moved = { ...blob, metadata: { ...(blob['metadata'] as object), kind } };
      for (const path of ['/v1/decrypt', '/v1/data-keys/open', '/v1/reencrypt'])
        expect(shape(await send(path, moved))).toEqual([422, 'decryption_failed']);
    }
  });

  it('stays one when it is re-encrypted, and is verified as one', async () => {
    const { wrappedKey, key } = await create({ plaintext: true });
    await send('/v1/rotate', { encryptionId: id });
    const moved = (await send('/v1/reencrypt', wrappedKey)).json;
    expect(moved).toMatchObject({ changed: true, metadata: { kind: 'data-key' } });
    expect((await send('/v1/data-keys/open', moved)).json).toEqual({ key });
    const items = [wrappedKey, moved];
    const verified = await send('/v1/verify/batch', { encryptionId: id, items });
    expect(verified.json).toEqual({ results: [{ ok: true }, { ok: true }] });
    const opened = await send('/v1/decrypt/batch', { encryptionId: id, items });
    expect(opened.json['results']).toMatchObject([
      { error: { code: 'decryption_failed' } },
      { error: { code: 'decryption_failed' } },
    ]);
  });

  it('is on record when it is made and when it is opened', async () => {
    const encryptionId = await service.encryption(admin);
    const { json } = await send('/v1/data-keys', { encryptionId });
    await send('/v1/data-keys/open', json['wrappedKey']);
    const query = `/v1/audit?encryptionId=${encryptionId}`;
    const records = await service.send('GET', query, { as: admin });
    expect(records.json['items']).toMatchObject([
      { operation: 'open-data-key', outcome: 'success' },
      { operation: 'create-data-key', outcome: 'success' },
      { operation: 'create-encryption' },
    ]);
  });
});
