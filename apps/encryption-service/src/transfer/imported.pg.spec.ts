import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '@app/ambient';
import { signReceipt } from '@app/crypto';
import { clientKey, keyHeaders } from '../../../../test/support/client-keys.js';
import { shape } from '../../../../test/support/service-app.js';
import { type Json, type Payload, TwoServices } from '../../../../test/support/two-services.js';

let two: TwoServices;

beforeAll(async () => {
  two = await TwoServices.start();
});

afterAll(async () => {
  await two.stop();
});

const DAY_MILLIS = 24 * 60 * 60 * 1000;
const clock = new SystemClock();

const version = (payload: Payload, index = 0): Json =>
  payload.encryptions[0]?.versions[index] ?? {};
const encryption = (payload: Payload): Json => payload.encryptions[0] ?? {};

describe('what an import makes', () => {
  it('keeps states, times, dates, receipts and counts, but for what was active', async () => {
    const soon = new Date(clock.nowMillis() + 30 * DAY_MILLIS).toISOString();
    const rotation = { everyDays: 90, afterMessages: 1000 };
    let ids: unknown[] = [];
    const file = await two.changed((payload) => {
      const one = encryption(payload);
      one['rotation'] = rotation;
      const [first, active] = payload.encryptions[0]?.versions ?? [];
      const at = { state: 'destroyScheduled', destroyAt: soon };
      Object.assign(first ?? {}, at, { messages: 41 });
      const { record: _, ...gone } = { ...first };
      const receipt = receiptOf(payload, 'ee0ac2f4-4b2a-4a5c-9c5e-7d8f2f6d1a11');
      const destroyed = {
        ...{ ...gone, state: 'destroyed', number: 7, destroyAt: '2020-01-01T00:00:00Z', receipt },
        encryptionVersionId: 'ee0ac2f4-4b2a-4a5c-9c5e-7d8f2f6d1a11',
      };
      payload.encryptions[0]?.versions.push(destroyed);
      ids = [first, active, destroyed].map((v) => v?.encryptionVersionId);
    });
    const reply = await two.import(file);
    expect(reply.status).toBe(201);
    const [item] = reply.json['items'] as Json[];
    const rows = await two.versionRows(item?.['encryptionId']);
    expect(rows.map(({ id }) => id).slice(0, 3)).toEqual(ids);
    expect(rows).toMatchObject([
      {
        number: 1,
        state: 'destroyScheduled',
        state_before: 'suspended',
        destroy_at: new Date(soon),
      },
      { number: 2, state: 'deactivated' },
      { number: 7, state: 'destroyed', record: null, receipt: { signatures: [{}] } },
      { number: 8, state: 'active', id: item?.['activeVersionId'] },
    ]);
    const [count] = await two.importer.test.asOwner<Json>(
      'select messages, is_uncertain from message_count where version_id = $1',
      [ids[0]],
    );
    expect(count).toEqual({ messages: '41', is_uncertain: true });
    const [row] = await two.importer.test.asOwner<Json>('select * from encryption where id = $1', [
      item?.['encryptionId'],
    ]);
    expect(row).toMatchObject({ every_days: 90, after_messages: '1000', provider: 'default' });
    expect(row?.['created_at']).toEqual(rows[0]?.['created_at']);
  });

  it('gives a date that has passed another week', async () => {
    const file = await two.changed((payload) =>
      Object.assign(version(payload), {
        state: 'destroyScheduled',
        destroyAt: '2020-01-01T00:00:00Z',
      }),
    );
    const { json } = await two.import(file);
    const [first] = await two.versionRows((json['items'] as Json[])[0]?.['encryptionId']);
    const left = (first?.['destroy_at'] as Date).getTime() - clock.nowMillis();
    expect(left / DAY_MILLIS).toBeGreaterThan(6.9);
    expect(left / DAY_MILLIS).toBeLessThan(7.1);
  });

  it('is active at once in client mode where the client’s key came, and it has to be the right one', async () => {
    const [key, wrong] = [clientKey(1), clientKey(2)];
    const body = { masterKey: { mode: 'client' } };
    const headers = keyHeaders(key);
    const { json } = await two.exporter.send('POST', '/v1/encryptions', {
      as: two.exporterAdmin,
      body,
      headers,
    });
    const id = String(json['encryptionId']);
    const seal = { encryptionId: id, data: 'a secret' };
    const sealed = await two.exporter.send('POST', '/v1/encrypt', {
      as: two.exporterAdmin,
      body: seal,
      headers,
    });
    const exported = await two.exporter.send('POST', '/v1/export', {
      as: two.exporterAdmin,
      body: { encryptionId: id },
    });
    expect(shape(await two.import(exported.json, two.admin, wrong))).toEqual([
      403,
      'master_key_mismatch',
    ]);
    const reply = await two.import(exported.json, two.admin, key);
    expect(reply.json['items']).toMatchObject([{ activeVersionId: expect.any(String) as unknown }]);
    const opened = await two.importer.send('POST', '/v1/decrypt', {
      as: two.admin,
      body: sealed.json,
      headers,
    });
    expect(opened.json['data']).toBe('a secret');
    const [row] = await two.versionRows(id);
    expect(Object.keys(row?.['record'] as object).sort()).toEqual([
      'kekUri',
      'outer',
      'outerKeyId',
      'outerNonce',
      'v',
    ]);
  });

  it('takes no client’s key for a file in platform mode', async () => {
    const { file } = await two.file();
    expect(shape(await two.import(file, two.admin, clientKey(1)))).toEqual([
      400,
      'master_key_not_applicable',
    ]);
  });
});

function receiptOf(payload: Payload, encryptionVersionId: string): object {
  const at = new Date('2020-01-01T00:00:00Z');
  return signReceipt(TwoServices.exporterKey, {
    tenantId: String(payload['tenantId']),
    encryptionId: String(encryption(payload)['encryptionId']),
    encryptionVersionId,
    ...{ number: 7, suite: 'AES-256-GCM', kekUri: 'local:default' },
    ...{ scheduledAt: at, destroyedAt: at, exportedAt: [], forgottenAt: at },
  });
}
