import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
  shape,
} from '../../../../test/support/service-app.js';
import { BROKEN_OFF, StreamClient } from '../../../../test/support/stream-client.js';
import { DATA_KEY_ITEMS, STREAM_ITEM_BYTES } from './decrypt-budget.js';

type Blob = Record<string, unknown>;

const EXCEEDED = [429, 'quota_exceeded'];

let service: ServiceApp;

beforeAll(async () => {
  service = await ServiceApp.start(2);
});

afterAll(async () => {
  await service.stop();
});

interface Budgeted {
  readonly as: Credentials;
  readonly admin: Credentials;
  readonly id: string;
  readonly blob: Blob;
  readonly send: (path: string, body: object, more?: object) => Promise<ServiceReply>;
}

/** A client that may decrypt so many items in a day. */
async function budgeted(items: number): Promise<Budgeted> {
  const { admin } = await service.tenant();
  const scopes = ['encrypt', 'decrypt', 'reencrypt', 'rotate', 'data-keys'];
  const { json } = await service.send('POST', '/v1/clients', {
    as: admin,
    body: { name: 'budgeted', scopes, limits: { decryptItemsPerDay: items } },
  });
  const as = json as unknown as Credentials;
  const id = await service.encryption(admin);
  const blob = await service.blob(admin, id);
  const send: Budgeted['send'] = (path, body, more = {}) =>
    service.send('POST', path, { as, body, ...more });
  return { as, admin, id, blob, send };
}

const batchOf = (id: string, blobs: readonly Blob[]): object => ({
  encryptionId: id,
  items: blobs,
});

describe('the decrypt budget', () => {
  it('is taken by what releases plaintext, at all replicas, and says when there is more', async () => {
    const { blob, send } = await budgeted(3);
    for (let time = 0; time < 3; time += 1)
      expect((await send('/v1/decrypt', blob, { replica: time % 2 })).status).toBe(200);
    const refused = await send('/v1/decrypt', blob);
    expect(shape(refused)).toEqual(EXCEEDED);
    expect(refused.json['data']).toBeUndefined();
    const seconds = Number(refused.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(86_400);
  });

  it('is not taken by what does not open, nor by encrypt, re-encrypt and verify', async () => {
    const { id, blob, send } = await budgeted(1);
    const wrong = { ...blob, context: { a: 'b' } };
    for (let time = 0; time < 3; time += 1) {
      expect(shape(await send('/v1/decrypt', wrong))).toEqual([422, 'decryption_failed']);
      expect((await send('/v1/encrypt', { encryptionId: id, data: 'x' })).status).toBe(200);
      expect((await send('/v1/reencrypt', blob)).status).toBe(200);
      expect((await send('/v1/verify/batch', batchOf(id, [blob]))).status).toBe(200);
      expect((await send('/v1/reencrypt/batch', batchOf(id, [blob]))).status).toBe(200);
    }
    expect((await send('/v1/decrypt', blob)).status).toBe(200);
    expect(shape(await send('/v1/decrypt', blob))).toEqual(EXCEEDED);
  });

  it('lets a batch through whole or not at all, by the items that open', async () => {
    const { id, blob, send } = await budgeted(5);
    const bad = { ...blob, context: { a: 'b' } };
    const batch = await send('/v1/decrypt/batch', batchOf(id, [blob, bad, blob, blob]));
    expect((batch.json['results'] as Blob[]).map(({ data }) => data)).toEqual([
      'a secret',
      undefined,
      'a secret',
      'a secret',
    ]);
    const refused = await send('/v1/decrypt/batch', batchOf(id, [blob, blob, blob]));
    expect(shape(refused)).toEqual(EXCEEDED);
    expect(refused.text).not.toContain('a secret');
    expect((await send('/v1/decrypt/batch', batchOf(id, [blob, blob]))).status).toBe(200);
  });

  it('counts a data key for more, also one that is handed over when it is made', async () => {
    const { id, blob, send } = await budgeted(2 * DATA_KEY_ITEMS + 1);
    const hidden = await send('/v1/data-keys', { encryptionId: id });
    const shown = await send('/v1/data-keys', { encryptionId: id, plaintext: true });
    expect([hidden.status, shown.status]).toEqual([200, 200]);
    const wrapped = hidden.json['wrappedKey'] as Blob;
    expect((await send('/v1/data-keys/open', wrapped)).status).toBe(200);
    expect(shape(await send('/v1/data-keys/open', wrapped))).toEqual(EXCEEDED);
    expect(shape(await send('/v1/data-keys', { encryptionId: id, plaintext: true }))).toEqual(
      EXCEEDED,
    );
    expect((await send('/v1/decrypt', blob)).status).toBe(200);
  });

  it('comes after everything else that is wrong', async () => {
    const { admin, id, blob, send } = await budgeted(1);
    await send('/v1/decrypt', blob);
    expect(shape(await send('/v1/decrypt', { ...blob, context: { a: 'b' } }))).toEqual([
      422,
      'decryption_failed',
    ]);
    const path = `/v1/encryptions/${id}`;
    await service.send('PATCH', path, { as: admin, body: { state: 'disabled' } });
    expect(shape(await send('/v1/decrypt', blob))).toEqual([409, 'encryption_disabled']);
    await service.send('PATCH', path, { as: admin, body: { state: 'enabled' } });
    expect(shape(await send('/v1/decrypt', blob))).toEqual(EXCEEDED);
  });

  it('leaves what it refuses on record', async () => {
    const { admin, blob, send } = await budgeted(1);
    for (let time = 0; time < 3; time += 1) await send('/v1/decrypt', blob);
    const { json } = await service.send('GET', '/v1/audit?outcome=quota_exceeded', { as: admin });
    expect(json['items']).toMatchObject([
      { operation: 'decrypt', items: 0 },
      { operation: 'decrypt', items: 0 },
    ]);
  });

  it('counts a stream by each MiB that it begins, and breaks it off where there is none left', async () => {
    const { as, id, send, blob } = await budgeted(3);
    const streams = new StreamClient(service, as);
    const small = await streams.seal(id, Buffer.alloc(1_000, 1));
    const large = await streams.seal(id, Buffer.alloc(3 * STREAM_ITEM_BYTES, 1));
    expect(await streams.send('decrypt', id, small)).toEqual(Buffer.alloc(1_000, 1));
    expect(await streams.send('decrypt', id, large)).toBe(BROKEN_OFF);
    expect(shape(await send('/v1/decrypt', blob))).toEqual(EXCEEDED);
    expect(await streams.send('decrypt', id, small)).toBe('quota_exceeded');
  });
});
