import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SUITES } from '@app/crypto';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
} from '../../../../test/support/service-app.js';

type Json = Record<string, unknown>;

const tenantId = randomUUID();
const clientKey = randomBytes(32).toString('base64');

let exporter: ServiceApp;
let importer: ServiceApp;
let admin: Credentials;
let there: Credentials & { id: string };

beforeAll(async () => {
  exporter = await ServiceApp.start();
  // Another database and another service secret; the master keys are what both have.
  importer = await ServiceApp.start(1, undefined, {
    serviceSecret: 8,
    masterKeys: { other: 10, default: ServiceApp.masterKeyByte },
  });
  ({ admin } = await exporter.tenant(tenantId));
  ({ admin: there } = await importer.tenant(tenantId));
});

afterAll(async () => {
  await exporter.stop();
  await importer.stop();
});

function post(
  service: ServiceApp,
  path: string,
  body: unknown,
  key?: string,
): Promise<ServiceReply> {
  return service.send('POST', path, {
    as: service === exporter ? admin : there,
    body,
    ...(key === undefined ? {} : { headers: { 'x-master-key': key } }),
  });
}

async function exported(encryptionId: string | string[]): Promise<Json> {
  const { status, json } = await post(exporter, '/v1/export', { encryptionId });
  expect(status).toBe(200);
  return json;
}

function signerOf(file: Json): string {
  return (file['signatures'] as { keyid: string }[])[0]?.keyid ?? '';
}

function payloadOf(file: Json): Json & { encryptions: (Json & { versions: Json[] })[] } {
  return JSON.parse(Buffer.from(String(file['payload']), 'base64').toString('utf8')) as never;
}

function imported(file: Json, key?: string): Promise<ServiceReply> {
  return post(importer, '/v1/import', { ...file, signer: signerOf(file) }, key);
}

function codeOf({ status, json }: ServiceReply): unknown {
  return json['code'] ?? status;
}

async function versionsAt(service: ServiceApp, id: string): Promise<Json[]> {
  const as = service === exporter ? admin : there;
  const { json } = await service.send('GET', `/v1/encryptions/${id}/versions`, { as });
  return json['items'] as Json[];
}

describe.each(Object.keys(SUITES))('a file with keys of %s', (algorithm) => {
  it('makes every blob readable at an empty service, in platform mode', async () => {
    const id = await exporter.encryption(admin, { algorithm, name: `${algorithm} of all` });
    const first = await exporter.blob(admin, id, 'first');
    await post(exporter, '/v1/rotate', { encryptionId: id });
    const second = await exporter.blob(admin, id, 'second');
    const reply = await imported(await exported(id));
    expect(reply.status).toBe(201);
    expect(reply.json['items']).toMatchObject([
      { encryptionId: id, algorithm, masterKey: { mode: 'platform', provider: 'default' } },
    ]);
    const opened = await Promise.all(
      [first, second].map((blob) => post(importer, '/v1/decrypt', blob)),
    );
    expect(opened.map(({ json }) => json['data'])).toEqual(['first', 'second']);
    const versions = await versionsAt(importer, id);
    expect(versions.map(({ number, state }) => [number, state])).toEqual([
      [1, 'deactivated'],
      [2, 'deactivated'],
      [3, 'active'],
    ]);
    const sealed = await importer.blob(there, id, 'third');
    expect(sealed['encryptionVersionId']).toBe(versions[2]?.['encryptionVersionId']);
  });

  it('makes every blob readable at an empty service, in client mode with the client’s key', async () => {
    const create = { algorithm, masterKey: { mode: 'client' } };
    const { json } = await post(exporter, '/v1/encryptions', create, clientKey);
    const id = String(json['encryptionId']);
    const seal = { encryptionId: id, data: 'a secret' };
    const blob = (await post(exporter, '/v1/encrypt', seal, clientKey)).json;
    const file = await exported(id);
    expect(payloadOf(file)['warning']).toContain('as strong as that key');
    const reply = await imported(file);
    expect(reply.json['items']).toMatchObject([
      { encryptionId: id, masterKey: { mode: 'client' } },
    ]);
    expect(reply.json['items']).not.toMatchObject([
      { activeVersionId: expect.anything() as unknown },
    ]);
    expect(codeOf(await post(importer, '/v1/decrypt', blob))).toBe('master_key_required');
    const wrong = randomBytes(32).toString('base64');
    expect(codeOf(await post(importer, '/v1/encrypt', seal, wrong))).toBe('master_key_mismatch');
    const opened = await post(importer, '/v1/decrypt', blob, clientKey);
    expect(opened.json['data']).toBe('a secret');
    expect(await versionsAt(importer, id)).toMatchObject([{ state: 'deactivated' }]);
    // The first call that brings the key and wants an active version makes it.
    expect(codeOf(await post(importer, '/v1/encrypt', seal, clientKey))).toBe(200);
    const states = (await versionsAt(importer, id)).map(({ state }) => state);
    expect(states).toEqual(['deactivated', 'active']);
  });
});

describe('a version that was destroyed', () => {
  it('has its receipt in the file and after an import, and no key', async () => {
    const id = await exporter.encryption(admin);
    const gone = await exporter.blob(admin, id, 'gone');
    await post(exporter, '/v1/rotate', { encryptionId: id });
    const kept = await exporter.blob(admin, id, 'kept');
    const version = `/v1/encryptions/${id}/versions/${String(gone['encryptionVersionId'])}`;
    await post(exporter, `${version}/destroy`, { afterDays: 0 });
    await expect.poll(async () => (await versionsAt(exporter, id))[0]?.['state']).toBe('destroyed');
    const file = await exported(id);
    const [first] = payloadOf(file).encryptions[0]?.versions ?? [];
    expect(first).toMatchObject({ state: 'destroyed', receipt: { signatures: [{}] } });
    expect(first).not.toHaveProperty('record');
    expect((await imported(file)).status).toBe(201);
    const [shown] = await versionsAt(importer, id);
    expect(shown).toMatchObject({ state: 'destroyed', receipt: first?.['receipt'] });
    expect(codeOf(await post(importer, '/v1/decrypt', gone))).toBe('version_destroyed');
    expect((await post(importer, '/v1/decrypt', kept)).json['data']).toBe('kept');
  });
});

describe('export', () => {
  it('has all versions with times and messages, and is on record for each encryption', async () => {
    const ids = [await exporter.encryption(admin), await exporter.encryption(admin)];
    await exporter.blob(admin, ids[0] ?? '');
    await post(exporter, '/v1/rotate', { encryptionId: ids[0] });
    const file = await exported(ids);
    expect(file['payloadType']).toBe('application/vnd.keyward.export.v1+json');
    const { encryptions, ...rest } = payloadOf(file);
    expect(rest).toMatchObject({ v: 1, tenantId });
    expect(rest).not.toHaveProperty('warning');
    expect(encryptions.map(({ encryptionId }) => encryptionId)).toEqual(ids);
    expect(encryptions[0]?.versions).toMatchObject([
      { number: 1, state: 'deactivated', messages: 1, record: { kekUri: 'local:default' } },
      { number: 2, state: 'active', messages: 0 },
    ]);
    for (const id of ids) {
      const path = `/v1/audit?encryptionId=${id}&operation=export&outcome=success`;
      const { json } = await exporter.send('GET', path, { as: admin });
      expect(json['items']).toHaveLength(1);
    }
  });

  it.each([
    ['no encryption', []],
    ['the same one twice', ['same', 'SAME']],
    ['too many', Array.from({ length: 101 }, () => randomUUID())],
    ['something else', 5],
    ['no UUID', 'x'],
  ])('refuses %s', async (_, asked) => {
    const id = randomUUID();
    const named = Array.isArray(asked)
      ? asked.map((one) => (one === 'same' ? id : one === 'SAME' ? id.toUpperCase() : one))
      : asked;
    const reply = await post(exporter, '/v1/export', { encryptionId: named });
    expect(codeOf(reply)).toBe('invalid_request');
  });

  it('does not tell what the client does not reach from what is not there', async () => {
    const [reached, other] = [await exporter.encryption(admin), await exporter.encryption(admin)];
    const body = { name: 'one', scopes: ['export'], encryptionIds: [reached] };
    const { json } = await exporter.send('POST', '/v1/clients', { as: admin, body });
    const as = json as unknown as Credentials;
    for (const id of [other, randomUUID()]) {
      const ids = { encryptionId: [reached, id] };
      const reply = await exporter.send('POST', '/v1/export', { as, body: ids });
      expect([reply.status, reply.json['code']]).toEqual([404, 'not_found']);
    }
    const alone = { as, body: { encryptionId: reached } };
    expect((await exporter.send('POST', '/v1/export', alone)).status).toBe(200);
  });

  it('releases nothing of a disabled encryption, and says of which one it was asked', async () => {
    const [live, off] = [await exporter.encryption(admin), await exporter.encryption(admin)];
    await exporter.send('PATCH', `/v1/encryptions/${off}`, {
      as: admin,
      body: { state: 'disabled' },
    });
    const reply = await post(exporter, '/v1/export', { encryptionId: [live, off] });
    expect(codeOf(reply)).toBe('encryption_disabled');
    const path = `/v1/audit?encryptionId=${off}&operation=export`;
    const { json } = await exporter.send('GET', path, { as: admin });
    expect(json['items']).toMatchObject([{ outcome: 'encryption_disabled' }]);
  });

  it('takes no key where keys are the platform’s, and does not need the client’s own', async () => {
    const id = await exporter.encryption(admin);
    const body = { encryptionId: id };
    expect(codeOf(await post(exporter, '/v1/export', body, clientKey))).toBe(
      'master_key_not_applicable',
    );
    expect(codeOf(await post(exporter, '/v1/export', body, 'x'))).toBe('master_key_malformed');
    const create = { masterKey: { mode: 'client' } };
    const { json } = await post(exporter, '/v1/encryptions', create, clientKey);
    const clients = { encryptionId: json['encryptionId'] };
    expect(codeOf(await post(exporter, '/v1/export', clients, clientKey))).toBe(200);
    expect(codeOf(await post(exporter, '/v1/export', clients))).toBe(200);
  });
});
