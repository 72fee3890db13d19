import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
} from '../../../../test/support/service-app.js';
import { StreamClient, type StreamOutcome } from '../../../../test/support/stream-client.js';
import { Remembered } from './remembered.js';

const HERE = 0;
/** The replica that remembers, while changes are made at the other. */
const THERE = 1;
const DEADLINE_MILLIS = 5_000;
/** How long is looked on where nothing will be heard. */
const LOST_MILLIS = 200;

describe.each([
  ['that hear of changes', true],
  ['that lose every notification', false],
])('replicas %s', (_, hearsChanges) => {
  let service: ServiceApp;
  let tenantId: string;
  let admin: Credentials & { id: string };
  let id: string;

  beforeAll(async () => {
    service = await ServiceApp.start(2, undefined, { hearsChanges });
    ({ tenantId, admin } = await service.tenant());
    id = await service.encryption(admin);
  });

  afterAll(async () => {
    await service.stop();
  });

  function encrypt(as: Credentials = admin, more: object = {}): Promise<ServiceReply> {
    const body = { encryptionId: id, data: 'x', ...more };
    return service.send('POST', '/v1/encrypt', { as, body, replica: THERE });
  }

  async function warm(as?: Credentials): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) expect((await encrypt(as)).status).toBe(200);
  }

  async function rotate(): Promise<string> {
    const { json } = await service.send('POST', '/v1/rotate', {
      as: admin,
      body: { encryptionId: id },
      replica: HERE,
    });
    return String(json['newVersionId']);
  }

  function patch(path: string, body: object, as: Credentials = admin): Promise<ServiceReply> {
    return service.send('PATCH', path, { as, body, replica: HERE });
  }

  it('read nothing for a use like the one before it', async () => {
    await warm();
    const [, database] = service.databases;
    const execute = vi.spyOn(database as NonNullable<typeof database>, 'execute');
    await warm();
    // Messages are reserved in blocks, now and then.
    const names = execute.mock.calls
      .map(([statement]) => statement.name)
      .filter((name) => !name.startsWith('reserve_messages'));
    execute.mockRestore();
    expect(names).toEqual(['record_uses', 'record_uses', 'record_uses']);
  });

  it('encrypt under the version that a rotation at the other one has answered', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      await warm();
      const newVersionId = await rotate();
      expect((await encrypt()).json['encryptionVersionId']).toBe(newVersionId);
    }
  });

  it('never fall behind a rotation, also under load', async () => {
    await warm();
    let newest = 0;
    const numbers = new Map<string, number>();
    let isDone = false;
    const late: unknown[] = [];
    const load = Array.from({ length: 4 }, async () => {
      while (!isDone) {
        const atLeast = newest;
        const { status, json } = await encrypt();
        const number = numbers.get(String(json['encryptionVersionId'])) ?? Infinity;
        if (status !== 200 || number < atLeast) late.push([status, number, atLeast]);
      }
    });
    for (let turn = 1; turn <= 10; turn += 1) {
      const versionId = await rotate();
      numbers.set(versionId, turn);
      newest = turn;
      await sleep(20);
    }
    isDone = true;
    await Promise.all(load);
    expect(late).toEqual([]);
  });

  it.each<[string, readonly number[]]>([
    ['one of them', [HERE, HERE, HERE]],
    ['both', [HERE, THERE]],
  ])('go on while it is rotated without a pause at %s', async (_name, replicas) => {
    let isDone = false;
    const rotations = replicas.map(async (replica) => {
      const body = { encryptionId: id };
      while (!isDone) await service.send('POST', '/v1/rotate', { as: admin, body, replica });
    });
    const statuses: number[] = [];
    const uses = Array.from({ length: 4 }, async () => {
      for (let turn = 0; turn < 15; turn += 1) statuses.push((await encrypt()).status);
    });
    await Promise.all(uses);
    isDone = true;
    await Promise.all(rotations);
    // On a machine that stands still in the wrong moment one may give up, and says that it can be tried again; before, nearly all did.
    expect([...new Set(statuses)].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses.filter((status) => status === 503).length).toBeLessThanOrEqual(3);
  });

  it('release nothing of an encryption that was disabled, and everything once it is enabled', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      await warm();
      await patch(`/v1/encryptions/${id}`, { state: 'disabled' });
      expect((await encrypt()).json['code']).toBe('encryption_disabled');
      await patch(`/v1/encryptions/${id}`, { state: 'enabled' });
      expect((await encrypt()).status).toBe(200);
    }
  });

  it('know a revoked client no more', async () => {
    const { json } = await service.send('POST', '/v1/clients', {
      as: admin,
      body: { name: 'short-lived', scopes: ['encrypt'] },
    });
    const client = json as unknown as Credentials & { id: string };
    await warm(client);
    await service.send('DELETE', `/v1/clients/${client.id}`, { as: admin, replica: HERE });
    expect((await encrypt(client)).json['code']).toBe('unauthenticated');
    expect((await encrypt(client)).json['code']).toBe('unauthenticated');
  });

  it('refuse a revoked client as one also where its stream opens nothing', async () => {
    const { json } = await service.send('POST', '/v1/clients', {
      as: admin,
      body: { name: 'streams', scopes: ['encrypt', 'decrypt'] },
    });
    const client = json as unknown as Credentials & { id: string };
    await warm(client);
    const streams = new StreamClient(service, client);
    const garbage = (): Promise<StreamOutcome> =>
      streams.send('decrypt', id, Buffer.from('no stream'), { replica: THERE });
    expect(await garbage()).toBe('decryption_failed');
    await warm(client);
    await service.send('DELETE', `/v1/clients/${client.id}`, { as: admin, replica: HERE });
    expect(await garbage()).toBe('unauthenticated');
  });

  it('do not take another secret, or another certificate, for the one that is remembered', async () => {
    await warm();
    const other = await service.tenant();
    const wrong = { apiKey: admin.apiKey, apiSecret: other.admin.apiSecret };
    expect((await encrypt(wrong)).json['code']).toBe('unauthenticated');
    const { json } = await service.send('POST', '/v1/encrypt', {
      as: admin,
      certificate: 'core',
      body: { encryptionId: id, data: 'x' },
      replica: THERE,
    });
    expect(json['code']).toBe('forbidden');
  });

  it('answer for a disabled tenant at once', async () => {
    await warm();
    await patch(`/v1/tenants/${tenantId}`, { state: 'disabled' }, service.operator);
    expect((await encrypt()).json['code']).toBe('forbidden');
    await patch(`/v1/tenants/${tenantId}`, { state: 'enabled' }, service.operator);
    expect((await encrypt()).status).toBe(200);
  });

  it('go on with a client that was renamed', async () => {
    const { json } = await service.send('POST', '/v1/clients', {
      as: admin,
      body: { name: 'ends', scopes: ['encrypt'], expiresAt: new Date(4e12).toISOString() },
    });
    const client = json as unknown as Credentials & { id: string };
    await warm(client);
    const [row] = await service.test.asOwner<{ revision: string }>(
      'select revision from client where id = $1',
      [client.id],
    );
    const patched = await patch(`/v1/clients/${client.id}`, { name: 'renamed' });
    expect([row?.revision, patched.status]).toEqual(['1', 200]);
    expect((await encrypt(client)).status).toBe(200);
  });

  it('forget keys that were changed elsewhere as soon as they hear of it', async () => {
    await warm();
    const remembered = service.replicas[THERE]?.nest.get(Remembered);
    const before = remembered?.keys.size ?? 0;
    expect(before).toBeGreaterThan(0);
    await patch(`/v1/encryptions/${id}`, { state: 'disabled' });
    const deadline = hearsChanges ? DEADLINE_MILLIS : LOST_MILLIS;
    for (let waited = 0; waited < deadline && remembered?.keys.size === before; waited += 20)
      await sleep(20);
    expect((remembered?.keys.size ?? before) < before).toBe(hearsChanges);
    await patch(`/v1/encryptions/${id}`, { state: 'enabled' });
  });
});
