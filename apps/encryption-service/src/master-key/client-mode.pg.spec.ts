import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ClientKeyset,
  clientKey,
  keyHeaders,
  outcomeOf,
} from '../../../../test/support/client-keys.js';
import { type Credentials, ServiceApp, shape } from '../../../../test/support/service-app.js';

// Bytes whose base64 has characters in which the two alphabets differ.
const KEY = Buffer.from('fb'.repeat(30) + 'ff01', 'hex');
const OTHER = clientKey(2);

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

const make = (key = KEY): Promise<ClientKeyset> => ClientKeyset.make(service, app, key);

/** All that is stored of an encryption, besides what tells of a try. */
async function stored(id: string): Promise<unknown> {
  return service.test.asOwner(
    `select to_jsonb(e) as e, (select jsonb_agg(to_jsonb(v) order by v.number) from encryption_key_version v
       where v.encryption_id = e.id) as v,
       (select jsonb_agg(to_jsonb(m) order by m.version_id) from message_count m
        join encryption_key_version w on w.id = m.version_id where w.encryption_id = e.id) as m
     from encryption e where e.id = $1`,
    [id],
  );
}

describe('an encryption in client mode', () => {
  it('opens with the key that came when it was made, and is shown without a provider', async () => {
    const keyset = await make();
    const blob = (await keyset.encrypt(KEY)).json;
    expect((await keyset.decrypt(blob, KEY)).json['data']).toBe('a secret');
    const { json } = await service.send('GET', `/v1/encryptions/${keyset.id}`, { as: app });
    expect(json['masterKey']).toEqual({ mode: 'client' });
  });

  it('takes the key in either alphabet, with or without padding', async () => {
    const keyset = await make();
    const blob = (await keyset.encrypt(KEY)).json;
    const padded = KEY.toString('base64');
    const url = KEY.toString('base64url');
    expect(padded).toContain('+');
    for (const text of [padded, padded.slice(0, -1), url, `${url}=`])
      expect(outcomeOf(await keyset.decrypt(blob, text))).toBe(200);
  });

  it.each([
    ['nothing', ''],
    ['31 bytes', Buffer.alloc(31, 1).toString('base64')],
    ['33 bytes', Buffer.alloc(33, 1).toString('base64')],
    ['hexadecimal digits', KEY.toString('hex')],
    ['two keys', `${KEY.toString('base64')}, ${KEY.toString('base64')}`],
    ['unused bits that are set', `${'0'.repeat(42)}1=`],
    ['two padding characters', `${KEY.toString('base64')}=`],
    [
      'a space inside',
      `${KEY.toString('base64').slice(0, 20)} ${KEY.toString('base64').slice(20)}`,
    ],
    ['both alphabets at once', `+_${'A'.repeat(41)}=`],
    ['a percent sign', `%2B${'A'.repeat(40)}`],
  ])('refuses a header of %s', async (_, header) => {
    const keyset = await make();
    const before = await stored(keyset.id);
    const blob = {
      encryptionId: keyset.id,
      encryptionVersionId: randomUUID(),
      cipherText: '',
      metadata: {},
    };
    for (const reply of [await keyset.encrypt(header), await keyset.rotate(header)])
      expect(shape(reply)).toEqual([400, 'master_key_malformed']);
    // A version that is not there comes before the key.
    expect(shape(await keyset.decrypt(blob, header))).toEqual([404, 'not_found']);
    const create = { masterKey: { mode: 'client' } };
    expect(shape(await keyset.post('/v1/encryptions', create, header))).toEqual([
      400,
      'master_key_malformed',
    ]);
    expect(await stored(keyset.id)).toEqual(before);
  });

  it('is refused without a key: making, using and rotating', async () => {
    const keyset = await make();
    const blob = (await keyset.encrypt(KEY)).json;
    const create = { masterKey: { mode: 'client' } };
    for (const reply of [
      await keyset.encrypt(),
      await keyset.decrypt(blob),
      await keyset.rotate(),
      await keyset.post('/v1/encryptions', create),
    ])
      expect(shape(reply)).toEqual([403, 'master_key_required']);
  });

  it('is not changed by a wrong key, whatever is asked with it', async () => {
    const keyset = await make();
    const blob = (await keyset.encrypt(KEY)).json;
    const before = await stored(keyset.id);
    for (const reply of [
      await keyset.encrypt(OTHER),
      await keyset.decrypt(blob, OTHER),
      await keyset.rotate(OTHER),
      await keyset.rewrap({ mode: 'client' }, OTHER, clientKey(3)),
    ])
      expect(shape(reply)).toEqual([403, 'master_key_mismatch']);
    expect(await stored(keyset.id)).toEqual(before);
    expect((await keyset.decrypt(blob, KEY)).status).toBe(200);
  });

  it('puts a refusal for its key on record', async () => {
    const keyset = await make();
    await keyset.encrypt(OTHER);
    await keyset.rotate();
    const { json } = await service.send('GET', `/v1/audit?encryptionId=${keyset.id}&limit=2`, {
      as: admin,
    });
    expect(json['items']).toMatchObject([
      { operation: 'rotate', outcome: 'master_key_required' },
      { operation: 'encrypt', outcome: 'master_key_mismatch', items: 0 },
    ]);
  });

  it('ignores a key on calls that use none, so that a caller may send it always', async () => {
    const keyset = await make();
    for (const key of [KEY, OTHER, 'malformed']) {
      const headers = keyHeaders(key);
      const path = `/v1/encryptions/${keyset.id}`;
      const replies = [
        await service.send('GET', '/v1/encryptions', { as: admin, headers }),
        await service.send('GET', path, { as: admin, headers }),
        await service.send('GET', `${path}/versions`, { as: admin, headers }),
        await service.send('GET', '/v1/audit?limit=1', { as: admin, headers }),
        await service.send('PATCH', path, { as: admin, headers, body: {} }),
      ];
      expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    }
    const failures = await service.test.asOwner(
      'select from master_key_failure where encryption_id = $1',
      [keyset.id],
    );
    expect(failures).toEqual([]);
  });

  it('goes on under the same key after a rotation', async () => {
    const keyset = await make();
    const old = (await keyset.encrypt(KEY)).json;
    expect((await keyset.rotate(KEY)).status).toBe(200);
    const young = (await keyset.encrypt(KEY)).json;
    expect(young['encryptionVersionId']).not.toBe(old['encryptionVersionId']);
    for (const blob of [old, young]) expect((await keyset.decrypt(blob, KEY)).status).toBe(200);
  });

  it('answers a repeated rotation as the first one, with the key', async () => {
    const keyset = await make();
    const headers = { ...keyHeaders(KEY), 'idempotency-key': 'once' };
    const rotate = { as: app, headers, body: { encryptionId: keyset.id } };
    const first = await service.send('POST', '/v1/rotate', rotate);
    expect((await service.send('POST', '/v1/rotate', rotate)).json).toEqual(first.json);
    expect(await keyset.versions()).toHaveLength(2);
  });

  it('of another tenant is not there, whatever the key', async () => {
    const keyset = await make();
    const stranger = keyset.by((await service.tenant()).app);
    for (const key of [KEY, OTHER, 'malformed', undefined])
      expect(shape(await stranger.encrypt(key))).toEqual([404, 'not_found']);
  });

  it('says that it is disabled to the right key and to no key the same refusals as before', async () => {
    const keyset = await make();
    const body = { state: 'disabled' };
    await service.send('PATCH', `/v1/encryptions/${keyset.id}`, { as: admin, body });
    expect(outcomeOf(await keyset.encrypt())).toBe('master_key_required');
    // No key is looked at where nothing would come of it: the answer says nothing of a guess.
    for (const key of [KEY, OTHER])
      expect(outcomeOf(await keyset.encrypt(key))).toBe('encryption_disabled');
  });

  it('raises an alarm, and blames no key, where the stored record was changed', async () => {
    const keyset = await make();
    await service.test.asOwner(
      `update encryption_key_version set record = jsonb_set(record, '{outer}', '"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"')
       where encryption_id = $1`,
      [keyset.id],
    );
    for (const key of [KEY, OTHER])
      expect(shape(await keyset.encrypt(key))).toEqual([500, 'internal']);
  });
});
