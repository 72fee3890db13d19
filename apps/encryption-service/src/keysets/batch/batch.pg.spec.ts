import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
  shape,
} from '../../../../../test/support/service-app.js';

type Result = Record<string, unknown> & { error?: { code: string; retryable: boolean } };

let service: ServiceApp;
let admin: Credentials;
let app: Credentials;

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin, app } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

function send(path: string, body: unknown): Promise<ServiceReply> {
  return service.send('POST', path, { as: app, body });
}

function resultsOf({ json }: ServiceReply): Result[] {
  return json['results'] as Result[];
}

async function batch(kind: string, encryptionId: string, items: unknown[]): Promise<Result[]> {
  return resultsOf(await send(`/v1/${kind}/batch`, { encryptionId, items }));
}

function outcomes(results: readonly Result[]): unknown[] {
  return results.map(({ error, ok }) => error?.code ?? ok ?? 'done');
}

async function rotate(encryptionId: string): Promise<string> {
  return String((await send('/v1/rotate', { encryptionId })).json['newVersionId']);
}

async function records(id: string, operation: string): Promise<Record<string, unknown>[]> {
  const query = `encryptionId=${id}&operation=${operation}`;
  const { json } = await service.send('GET', `/v1/audit?${query}`, { as: admin });
  return json['items'] as Record<string, unknown>[];
}

describe('a batch', () => {
  it('does to each item what the single call does, in order, and echoes references', async () => {
    const id = await service.encryption(admin);
    const items = Array.from({ length: 1000 }, (_, i) => ({
      data: `item ${String(i)}`,
      context: { i: String(i) },
      ...(i % 2 === 0 ? { reference: `r${String(i)}` } : {}),
    }));
    const sealed = await batch('encrypt', id, items);
    expect(outcomes(sealed)).toEqual(items.map(() => 'done'));
    const back = sealed.map((blob, i) => ({ ...blob, context: items[i]?.context }));
    const opened = await batch('decrypt', id, back);
    expect(opened).toEqual(
      items.map(({ data, reference }) => ({
        data,
        encoding: 'utf8',
        ...(reference === undefined ? {} : { reference }),
      })),
    );
    expect(await batch('verify', id, back.slice(0, 2))).toEqual([
      { reference: 'r0', ok: true },
      { ok: true },
    ]);
    expect((await send('/v1/decrypt', { ...back[1], encryptionId: id })).json['data']).toBe(
      'item 1',
    );
    expect(await records(id, 'encrypt-batch')).toMatchObject([{ outcome: 'success', items: 1000 }]);
  });

  it('tells what is wrong inside an item there, and harms no other', async () => {
    const id = await service.encryption(admin);
    const results = await batch('encrypt', id, [
      { data: 'good', encryptionId: id.toUpperCase() },
      { data: 'x', encryptionId: randomUUID(), reference: 'other' },
      { data: 'x', dek: 'x' },
      { data: 7 },
      null,
      ['x'],
      { data: 'x', reference: 7 },
      { data: 'A', encoding: 'base64' },
      { data: 'x', context: { a: 1 } },
      { data: 'x', encryptionVersionId: randomUUID() },
      { data: 'x', encryptionVersionId: 'x' },
      { data: 'a'.repeat(5 * 1024 * 1024 + 1) },
      { data: '' },
    ]);
    expect(outcomes(results)).toEqual([
      'done',
      'invalid_request',
      'invalid_request',
      'invalid_request',
      'invalid_request',
      'invalid_request',
      'invalid_request',
      'invalid_base64',
      'invalid_request',
      'not_found',
      'invalid_request',
      'payload_too_large',
      'done',
    ]);
    expect(results[1]).toEqual({
      reference: 'other',
      error: {
        code: 'invalid_request',
        detail: expect.stringContaining('encryptionId') as string,
        retryable: false,
      },
    });
    expect(await records(id, 'encrypt-batch')).toMatchObject([
      { outcome: 'success', items: 2, failed: 11 },
    ]);
  });

  it.each([
    ['no items', {}, 'items'],
    ['no list', { items: {} }, 'items'],
    ['an empty list', { items: [] }, 'items'],
    ['1,001 items', { items: Array.from({ length: 1001 }, () => ({ data: '' })) }, 'items'],
    ['an unknown field beside', { items: [{ data: '' }], reference: 'x' }, 'reference'],
  ])('is refused as a whole for %s', async (_what, more, field) => {
    const id = await service.encryption(admin);
    for (const kind of ['encrypt', 'decrypt', 'reencrypt', 'verify'])
      expect(shape(await send(`/v1/${kind}/batch`, { encryptionId: id, ...more }))).toEqual([
        400,
        'invalid_request',
        field,
      ]);
  });

  it('is refused as a whole for JSON that is not strict inside an item, and for its encryption', async () => {
    const id = await service.encryption(admin);
    const text = `{"encryptionId":"${id}","items":[{"data":"a","data":"b"}]}`;
    expect(shape(await send('/v1/encrypt/batch', text))).toEqual([
      400,
      'invalid_request',
      'items[0].data',
    ]);
    const items = [{ data: 7 }];
    expect(shape(await send('/v1/encrypt/batch', { encryptionId: randomUUID(), items }))).toEqual([
      404,
      'not_found',
    ]);
    const headers = { 'x-master-key': Buffer.alloc(32, 7).toString('base64') };
    const body = { encryptionId: id, items };
    expect(
      shape(await service.send('POST', '/v1/encrypt/batch', { as: app, body, headers })),
    ).toEqual([400, 'master_key_not_applicable']);
    await service.send('PATCH', `/v1/encryptions/${id}`, {
      as: admin,
      body: { state: 'disabled' },
    });
    expect(shape(await send('/v1/encrypt/batch', body))).toEqual([409, 'encryption_disabled']);
  });

  it('opens under several versions at once, and counts what was done under each', async () => {
    const id = await service.encryption(admin);
    const [first] = await batch('encrypt', id, [{ data: '1' }]);
    const second = await rotate(id);
    const [other] = await batch('encrypt', id, [{ data: '2' }]);
    const stranger = await service.blob(app, await service.encryption(admin));
    const results = await batch('decrypt', id, [
      first,
      other,
      first,
      { ...first, encryptionVersionId: second },
      { ...stranger, encryptionId: id },
      { ...first, encryptionVersionId: randomUUID() },
      { ...first, cipherText: 'A===' },
      { ...first, algorithm: 'XAES-256-GCM' },
    ]);
    expect(outcomes(results)).toEqual([
      'done',
      'done',
      'done',
      'decryption_failed',
      'not_found',
      'not_found',
      'invalid_base64',
      'decryption_failed',
    ]);
    expect(await records(id, 'decrypt-batch')).toMatchObject([
      {
        items: 3,
        failed: 5,
        versions: { [String(first?.['encryptionVersionId'])]: 2, [second]: 1 },
      },
    ]);
  });

  it('keeps to the states of versions', async () => {
    const id = await service.encryption(admin);
    const [old] = await batch('encrypt', id, [{ data: 'x' }]);
    const version = String(old?.['encryptionVersionId']);
    await rotate(id);
    const named = { data: 'x', encryptionVersionId: version };
    expect(outcomes(await batch('encrypt', id, [named, { data: 'x' }]))).toEqual(['done', 'done']);
    const body = { olderVersionsEncrypt: false };
    await service.send('PATCH', `/v1/encryptions/${id}`, { as: admin, body });
    expect(outcomes(await batch('encrypt', id, [named, { data: 'x' }]))).toEqual([
      'version_not_usable',
      'done',
    ]);
    expect(outcomes(await batch('decrypt', id, [old]))).toEqual(['done']);
  });

  it('whose items all fail says in its record of what', async () => {
    const id = await service.encryption(admin);
    const [blob] = await batch('encrypt', id, [{ data: 'x' }]);
    await batch('decrypt', id, [
      { ...blob, context: { a: 'b' } },
      { ...blob, metadata: {} },
    ]);
    expect(await records(id, 'decrypt-batch')).toMatchObject([
      { outcome: 'decryption_failed', items: 0, failed: 2 },
    ]);
  });

  it('raises an alarm for a version that was changed, opens nothing of it, and the others', async () => {
    const id = await service.encryption(admin);
    const [old] = await batch('encrypt', id, [{ data: 'old' }]);
    const version = String(old?.['encryptionVersionId']);
    await rotate(id);
    const [fresh] = await batch('encrypt', id, [{ data: 'fresh' }]);
    await service.test.asOwner(
      "update encryption_key_version set state = 'compromised' where id = $1",
      [version],
    );
    const results = await batch('decrypt', id, [old, fresh, old]);
    expect(outcomes(results)).toEqual(['internal', 'done', 'internal']);
    expect(JSON.stringify(results)).not.toContain('old');
    const found = await records(id, 'decrypt-batch');
    expect(found).toMatchObject([
      { outcome: 'internal', encryptionVersionId: version, items: 0 },
      { outcome: 'success', items: 1, failed: 2 },
    ]);
    // The active one decides about all of them.
    await service.test.asOwner(
      "update encryption_key_version set number = 9 where state = 'active' and encryption_id = $1",
      [id],
    );
    expect(
      shape(await send('/v1/encrypt/batch', { encryptionId: id, items: [{ data: '' }] })),
    ).toEqual([500, 'internal']);
  });

  it('goes on under the next versions where one may not seal all of it', async () => {
    const id = await service.encryption(admin, { rotation: { afterMessages: 100 } });
    const items = Array.from({ length: 250 }, (_, i) => ({ data: String(i) }));
    const sealed = await batch('encrypt', id, items);
    expect(outcomes(sealed)).toEqual(items.map(() => 'done'));
    const perVersion = Map.groupBy(sealed, (blob) => blob['encryptionVersionId']);
    expect([...perVersion.values()].map((of) => of.length)).toEqual([101, 101, 48]);
    const opened = await batch('decrypt', id, sealed);
    expect(opened.map(({ data }) => data)).toEqual(items.map(({ data }) => data));
    const { json } = await service.send('GET', `/v1/encryptions/${id}/versions`, { as: admin });
    const counts = (json['items'] as { messages: number }[]).map(({ messages }) => messages);
    expect(counts).toEqual([101, 101, 48]);
  });

  it('does not keep others waiting', async () => {
    const id = await service.encryption(admin, { algorithm: 'RSA-OAEP-3072-SHA256+AES-256-GCM' });
    const items = Array.from({ length: 400 }, () => ({ data: 'x' }));
    const sealed = await batch('encrypt', id, items);
    const opening = batch('decrypt', id, sealed);
    const isOpen = { now: true };
    void opening.finally(() => {
      isOpen.now = false;
    });
    let answers = 0;
    while (isOpen.now) {
      await service.send('GET', '/v1/openapi.json');
      answers += 1;
    }
    expect(outcomes(await opening)).toEqual(items.map(() => 'done'));
    // Four hundred private RSA operations in one piece would take some hundred milliseconds.
    expect(answers).toBeGreaterThan(5);
  });
});
