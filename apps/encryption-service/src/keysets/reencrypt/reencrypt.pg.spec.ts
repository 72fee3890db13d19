import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
  shape,
} from '../../../../../test/support/service-app.js';

type Blob = Record<string, unknown>;

let service: ServiceApp;
let admin: Credentials;
let app: Credentials;

beforeAll(async () => {
  service = await ServiceApp.start(2);
  ({ admin, app } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

function send(path: string, body: unknown, more: object = {}): Promise<ServiceReply> {
  return service.send('POST', path, { as: app, body, ...more });
}

async function reencrypt(blob: Blob): Promise<Blob> {
  return (await send('/v1/reencrypt', blob)).json;
}

async function rotate(encryptionId: string, algorithm?: string): Promise<string> {
  const { json } = await send('/v1/rotate', { encryptionId, algorithm });
  return String(json['newVersionId']);
}

async function act(encryptionId: string, versionId: unknown, what: string): Promise<void> {
  const path = `/v1/encryptions/${encryptionId}/versions/${String(versionId)}/${what}`;
  const { status } = await service.send('POST', path, { as: admin, body: {} });
  expect(status).toBe(200);
}

async function records(id: string): Promise<Record<string, unknown>[]> {
  const query = `encryptionId=${id}&operation=reencrypt`;
  const { json } = await service.send('GET', `/v1/audit?${query}`, { as: admin });
  return json['items'] as Record<string, unknown>[];
}

describe('re-encryption', () => {
  it('moves a blob under the active version, with its encoding and context, and the old one goes on opening', async () => {
    const id = await service.encryption(admin);
    const context = { letter: '7' };
    const data = Buffer.from([0, 255, 7]).toString('base64');
    const sealed = await send('/v1/encrypt', {
      encryptionId: id,
      data,
      encoding: 'base64',
      context,
    });
    const old = { ...sealed.json, context };
    const newVersionId = await rotate(id);
    const fresh = await reencrypt(old);
    expect(fresh).toMatchObject({
      encryptionId: id,
      encryptionVersionId: newVersionId,
      algorithm: 'AES-256-GCM',
      changed: true,
    });
    expect(JSON.stringify(fresh)).not.toContain('origin');
    for (const blob of [old, { ...fresh, context }])
      expect((await send('/v1/decrypt', blob)).json).toEqual({ data, encoding: 'base64' });
    expect(shape(await send('/v1/decrypt', fresh))).toEqual([422, 'decryption_failed']);
    expect(await records(id)).toMatchObject([
      {
        outcome: 'success',
        items: 1,
        versions: { [String(sealed.json['encryptionVersionId'])]: 1, [newVersionId]: 1 },
      },
    ]);
  });

  it('gives a blob under the active version back as it was, after it was opened', async () => {
    const id = await service.encryption(admin);
    const blob = await service.blob(app, id);
    expect(await reencrypt(blob)).toEqual({ ...blob, changed: false });
    expect(await reencrypt({ ...blob, changed: true })).toEqual({ ...blob, changed: false });
    expect(shape(await send('/v1/reencrypt', { ...blob, context: { a: 'b' } }))).toEqual([
      422,
      'decryption_failed',
    ]);
    const { json } = await service.send('GET', `/v1/encryptions/${id}/versions`, { as: admin });
    expect(json['items']).toMatchObject([{ messages: 1 }]);
  });

  it('crosses algorithms', async () => {
    const id = await service.encryption(admin);
    let blob = await service.blob(app, id);
    for (const algorithm of [
      'XAES-256-GCM',
      'RSA-OAEP-3072-SHA256+AES-256-GCM',
      'ChaCha20-Poly1305',
      'AES-256-GCM',
    ]) {
      await rotate(id, algorithm);
      blob = await reencrypt(blob);
      expect(blob).toMatchObject({ algorithm, changed: true });
    }
    expect((await send('/v1/decrypt', blob)).json['data']).toBe('a secret');
  });

  it('keeps the first compromised version in the blob for ever', async () => {
    const id = await service.encryption(admin);
    const first = await service.blob(app, id);
    const stolen = first['encryptionVersionId'];
    await act(id, stolen, 'compromise');
    expect(shape(await send('/v1/decrypt', first))).toEqual([409, 'version_not_usable']);
    const verified = await send('/v1/verify/batch', { encryptionId: id, items: [first] });
    expect(verified.json).toEqual({ results: [{ ok: true }] });
    const second = await reencrypt(first);
    expect(second['metadata']).toMatchObject({ origin: stolen });
    await rotate(id);
    const third = await reencrypt(second);
    expect(third['metadata']).toMatchObject({ origin: stolen });
    await act(id, third['encryptionVersionId'], 'compromise');
    const fourth = await reencrypt(third);
    expect((await send('/v1/decrypt', fourth)).json).toEqual({
      data: 'a secret',
      encoding: 'utf8',
      origin: stolen,
    });
    const metadata = { ...(fourth['metadata'] as Blob) };
    delete metadata['origin'];
    for (const changed of [metadata, { ...metadata, origin: randomUUID() }])
      expect(shape(await send('/v1/decrypt', { ...fourth, metadata: changed }))).toEqual([
        422,
        'decryption_failed',
      ]);
  });

  it('refuses in the order in which others do', async () => {
    const id = await service.encryption(admin);
    const blob = await service.blob(app, id);
    await rotate(id);
    const headers = { 'x-master-key': Buffer.alloc(32, 7).toString('base64') };
    const unknown = { ...blob, encryptionVersionId: randomUUID() };
    expect(shape(await send('/v1/reencrypt', unknown, { headers }))).toEqual([404, 'not_found']);
    expect(shape(await send('/v1/reencrypt', blob, { headers }))).toEqual([
      400,
      'master_key_not_applicable',
    ]);
    expect(shape(await send('/v1/reencrypt', { ...blob, cipherText: 'A' }))).toEqual([
      400,
      'invalid_base64',
      'cipherText',
    ]);
    await act(id, blob['encryptionVersionId'], 'suspend');
    for (const wrong of [blob, { ...blob, context: { a: 'b' } }])
      expect(shape(await send('/v1/reencrypt', wrong))).toEqual([409, 'version_not_usable']);
  });

  it('is done anew, and counted right, while versions come and go on two replicas', async () => {
    const id = await service.encryption(admin);
    const blobs = await Promise.all(
      Array.from({ length: 40 }, (_, i) => service.blob(app, id, String(i))),
    );
    const rotating = (async () => {
      for (let i = 0; i < 6; i += 1) await rotate(id);
    })();
    const moved = await Promise.all(
      blobs.map(async (blob, i) => (await send('/v1/reencrypt', blob, { replica: i % 2 })).json),
    );
    const batch = await send('/v1/reencrypt/batch', { encryptionId: id, items: blobs });
    await rotating;
    const results = [...moved, ...(batch.json['results'] as Blob[])];
    const opened = await send('/v1/decrypt/batch', { encryptionId: id, items: results });
    expect((opened.json['results'] as Blob[]).map(({ data }) => data)).toEqual(
      [...blobs, ...blobs].map((_, i) => String(i % 40)),
    );
  });
});
