import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ClientKeyset,
  clientKey,
  outcomeOf,
  tally,
} from '../../../../../test/support/client-keys.js';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
  shape,
} from '../../../../../test/support/service-app.js';
import { setVersionState } from '../../../../../test/support/version-states.js';

const KEY = clientKey(1);
const NEXT = clientKey(2);
const CLIENT = { mode: 'client' };
const PLATFORM = { mode: 'platform' };

let service: ServiceApp;
let app: Credentials;
let admin: Credentials;
let keyset: ClientKeyset;
let blobs: Record<string, unknown>[];

beforeAll(async () => {
  service = await ServiceApp.start(2, undefined, { masterKeys: { default: 9, second: 10 } });
});

afterAll(async () => {
  await service.stop();
});

beforeEach(async () => {
  ({ app, admin } = await service.tenant());
  keyset = await ClientKeyset.make(service, admin, KEY);
  blobs = [(await keyset.encrypt(KEY)).json];
  await keyset.rotate(KEY);
  blobs.push((await keyset.encrypt(KEY)).json);
});

/** What comes of every blob with a key, on both replicas. */
async function outcomes(key?: Buffer): Promise<unknown[]> {
  const replies: ServiceReply[] = [];
  for (const replica of [0, 1])
    for (const blob of blobs) replies.push(await keyset.decrypt(blob, key, replica));
  return [...new Set(replies.map(outcomeOf))];
}

async function records(): Promise<{ kekUri: string; w?: string }[]> {
  const rows = await service.test.asOwner<{ record: { kekUri: string } }>(
    'select record from encryption_key_version where encryption_id = $1 order by number',
    [keyset.id],
  );
  return rows.map(({ record }) => record);
}

describe('a rewrap', () => {
  it('from one key of a client to another opens every blob with the new one alone', async () => {
    const versions = await keyset.versions();
    const reply = await keyset.rewrap(CLIENT, KEY, NEXT);
    expect(reply).toMatchObject({
      status: 200,
      json: {
        encryptionId: keyset.id,
        state: 'enabled',
        masterKey: { mode: 'client' },
        activeVersionId: versions.at(-1)?.['encryptionVersionId'],
      },
    });
    expect(await outcomes(NEXT)).toEqual([200]);
    expect(await outcomes(KEY)).toEqual(['master_key_mismatch']);
    const after = await keyset.versions();
    const ids = (list: typeof after) =>
      list.map((row) => [row['encryptionVersionId'], row['state']]);
    expect(ids(after)).toEqual(ids(versions));
  });

  it('from a client to the platform opens every blob without a key, and refuses one', async () => {
    const { json } = await keyset.rewrap(PLATFORM, KEY);
    expect(json['masterKey']).toEqual({ mode: 'platform', provider: 'default' });
    expect(await outcomes()).toEqual([200]);
    expect(await outcomes(KEY)).toEqual(['master_key_not_applicable']);
    expect((await records()).map(({ kekUri }) => kekUri)).toEqual([
      'local:default',
      'local:default',
    ]);
  });

  it('from the platform to a client asks every replica for the key at once', async () => {
    await keyset.rewrap(PLATFORM, KEY);
    // Now both replicas have the keys of both versions in memory.
    expect(await outcomes()).toEqual([200]);
    expect((await keyset.rewrap(CLIENT, undefined, NEXT)).json['masterKey']).toEqual(CLIENT);
    expect(await outcomes()).toEqual(['master_key_required']);
    expect(await outcomes(KEY)).toEqual(['master_key_mismatch']);
    expect(await outcomes(NEXT)).toEqual([200]);
  });

  it('from one provider to another, or to the same once more, leaves no record as it was', async () => {
    await keyset.rewrap({ ...PLATFORM, provider: 'second' }, KEY);
    const second = await records();
    expect(second.map(({ kekUri }) => kekUri)).toEqual(['local:second', 'local:second']);
    const again = await keyset.rewrap({ ...PLATFORM, provider: 'second' });
    expect(again.json['masterKey']).toEqual({ mode: 'platform', provider: 'second' });
    const anew = await records();
    for (const record of anew) expect(second.map(({ w }) => w)).not.toContain(record.w);
    expect((await keyset.rewrap(PLATFORM)).json['masterKey']).toEqual({
      mode: 'platform',
      provider: 'default',
    });
    expect(await outcomes()).toEqual([200]);
  });

  it('takes every version that has a key, whatever its state', async () => {
    const states = ['suspended', 'compromised', 'destroyScheduled', 'destroyed'] as const;
    for (const state of states) {
      await keyset.rotate(KEY);
      await setVersionState(
        service,
        (await keyset.versions()).at(-2)?.['encryptionVersionId'],
        state,
      );
    }
    expect((await keyset.rewrap(PLATFORM, KEY)).status).toBe(200);
    const rows = await service.test.asOwner<{ state: string; uri: string | null }>(
      `select state, record ->> 'kekUri' as uri from encryption_key_version
       where encryption_id = $1 order by number`,
      [keyset.id],
    );
    const wrapped = 'local:default';
    expect(rows.map(({ state, uri }) => [state, uri])).toEqual([
      ['deactivated', wrapped],
      ['suspended', wrapped],
      ['compromised', wrapped],
      ['destroyScheduled', wrapped],
      ['destroyed', null],
      ['active', wrapped],
    ]);
  });

  it('is on record with the number of its versions and the revisions of all changed rows', async () => {
    await keyset.rewrap(CLIENT, KEY, NEXT);
    const [record] = await service.test.asOwner<{ items: number; revisions: object[] }>(
      `select items, revisions from audit_record where encryption_id = $1 and operation = 'rewrap'`,
      [keyset.id],
    );
    expect(record?.items).toBe(2);
    expect(record?.revisions).toMatchObject([
      { table: 'encryptions', id: keyset.id, revision: 2 },
      { table: 'versions', revision: 3 },
      { table: 'versions', revision: 2 },
    ]);
  });
});

describe('a rewrap is refused', () => {
  it.each<[string, object, Buffer | undefined, Buffer | undefined, number, string]>([
    ['without the old key', CLIENT, undefined, NEXT, 403, 'master_key_required'],
    ['without the new key', CLIENT, KEY, undefined, 403, 'master_key_required'],
    ['without any key', CLIENT, undefined, undefined, 403, 'master_key_required'],
    ['with a wrong old key', CLIENT, NEXT, NEXT, 403, 'master_key_mismatch'],
    ['to the platform without the key', PLATFORM, undefined, undefined, 403, 'master_key_required'],
    ['to the platform with a new key', PLATFORM, KEY, NEXT, 400, 'master_key_not_applicable'],
    ['with a short old key', CLIENT, Buffer.alloc(31), NEXT, 400, 'master_key_malformed'],
    ['with a short new key', CLIENT, KEY, Buffer.alloc(31), 400, 'master_key_malformed'],
    [
      'with a short new key and no old one',
      CLIENT,
      undefined,
      Buffer.alloc(3),
      400,
      'master_key_malformed',
    ],
  ])('%s', async (_, body, key, next, status, code) => {
    const before = await records();
    expect(shape(await keyset.rewrap(body, key, next))).toEqual([status, code]);
    expect(await records()).toEqual(before);
    expect(await outcomes(KEY)).toEqual([200]);
  });

  it.each<[string, object, string]>([
    ['an unknown provider', { ...PLATFORM, provider: 'nowhere' }, 'provider'],
    ['a provider in client mode', { ...CLIENT, provider: 'second' }, 'provider'],
    ['no mode', {}, 'mode'],
    ['another mode', { mode: 'none' }, 'mode'],
    ['a field of its own', { ...CLIENT, force: true }, 'force'],
  ])('for %s', async (_, body, field) => {
    expect(shape(await keyset.rewrap(body, KEY, NEXT))).toEqual([400, 'invalid_request', field]);
  });

  it('with an old key of an encryption that has none', async () => {
    await keyset.rewrap(PLATFORM, KEY);
    for (const body of [CLIENT, PLATFORM])
      expect(shape(await keyset.rewrap(body, KEY, body === CLIENT ? NEXT : undefined))).toEqual([
        400,
        'master_key_not_applicable',
      ]);
  });

  it('of an encryption that is disabled, but for whoever names another one before that', async () => {
    const body = { state: 'disabled' };
    await service.send('PATCH', `/v1/encryptions/${keyset.id}`, { as: admin, body });
    expect(shape(await keyset.rewrap(CLIENT, KEY, NEXT))).toEqual([409, 'encryption_disabled']);
    const path = `/v1/encryptions/${randomUUID()}/rewrap`;
    expect(shape(await keyset.post(path, CLIENT, KEY))).toEqual([404, 'not_found']);
  });

  it('to another tenant as if it were not there', async () => {
    const stranger = keyset.by((await service.tenant()).admin);
    expect(shape(await stranger.rewrap(CLIENT, KEY, NEXT))).toEqual([404, 'not_found']);
  });
});

describe('to rewrap', () => {
  const clientWith = async (scopes: string[]): Promise<ClientKeyset> => {
    const body = { name: 'c', scopes };
    const { json } = await service.send('POST', '/v1/clients', { as: admin, body });
    return keyset.by(json as unknown as Credentials);
  };

  it('from one key of a client to another, the right to rotate is enough, and to nothing else', async () => {
    for (const rotator of [keyset.by(app), await clientWith(['rotate'])]) {
      expect(shape(await rotator.rewrap(PLATFORM, KEY))).toEqual([403, 'forbidden']);
      expect((await rotator.rewrap(CLIENT, KEY, KEY)).status).toBe(200);
    }
    await keyset.rewrap(PLATFORM, KEY);
    expect(shape(await keyset.by(app).rewrap(CLIENT, undefined, NEXT))).toEqual([403, 'forbidden']);
    expect(shape(await keyset.by(app).rewrap(PLATFORM))).toEqual([403, 'forbidden']);
  });

  it('anywhere, the right to manage keys is enough', async () => {
    const manager = await clientWith(['keys:manage']);
    expect((await manager.rewrap(PLATFORM, KEY)).status).toBe(200);
    expect((await manager.rewrap(CLIENT, undefined, NEXT)).status).toBe(200);
    expect((await manager.rewrap(CLIENT, NEXT, KEY)).status).toBe(200);
  });

  it('no other right is enough', async () => {
    const reader = await clientWith(['keys:read', 'encrypt', 'decrypt', 'keys:create']);
    expect(shape(await reader.rewrap(CLIENT, KEY, NEXT))).toEqual([403, 'forbidden']);
  });
});

describe('rewraps beside other calls', () => {
  it('of ten at once let one win, and the others find another key', async () => {
    const keys = Array.from({ length: 10 }, (_, i) => clientKey(20 + i));
    const replies = await Promise.all(keys.map((key, i) => keyset.rewrap(CLIENT, KEY, key, i % 2)));
    expect(tally(replies)).toEqual({ '200': 1, master_key_mismatch: 9 });
    const winner = keys[replies.findIndex(({ status }) => status === 200)];
    expect(await outcomes(winner)).toEqual([200]);
    expect(await outcomes(KEY)).toEqual(['master_key_mismatch']);
  });

  it('and rotations leave one active version and every blob under one key', async () => {
    const work = [
      keyset.rewrap(CLIENT, KEY, NEXT, 1),
      ...Array.from({ length: 4 }, () => keyset.rotate(KEY)),
      ...Array.from({ length: 4 }, (_, i) => keyset.encrypt(KEY, i % 2)),
    ];
    const replies = await Promise.all(work);
    expect(replies[0]?.status).toBe(200);
    for (const reply of replies.slice(5)) if (reply.status === 200) blobs.push(reply.json);
    expect(await outcomes(NEXT)).toEqual([200]);
    const versions = await keyset.versions();
    expect(versions.filter(({ state }) => state === 'active')).toHaveLength(1);
    expect((await keyset.rotate(NEXT)).status).toBe(200);
    expect((await keyset.rewrap(PLATFORM, NEXT)).status).toBe(200);
  });

  it('of the platform’s keys fail no call that is under way', async () => {
    await keyset.rewrap(PLATFORM, KEY);
    let isDone = false;
    const codes = new Set<unknown>();
    const reading = [0, 1].map(async (replica) => {
      while (!isDone) {
        codes.add(outcomeOf(await keyset.decrypt(blobs[0] ?? {}, undefined, replica)));
        codes.add(outcomeOf(await keyset.encrypt(undefined, replica)));
      }
    });
    for (let i = 0; i < 10; i += 1)
      codes.add(
        outcomeOf(await keyset.rewrap({ ...PLATFORM, provider: i % 2 ? 'default' : 'second' })),
      );
    isDone = true;
    await Promise.all(reading);
    expect([...codes]).toEqual([200]);
  });
});
