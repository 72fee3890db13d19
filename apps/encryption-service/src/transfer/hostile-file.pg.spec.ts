import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '@app/ambient';
import { openReceipt } from '@app/crypto';
import { KeysetCaller } from '../../../../test/support/keyset-caller.js';
import { shape } from '../../../../test/support/service-app.js';
import { type Json, type Payload, TwoServices } from '../../../../test/support/two-services.js';
import { Upkeep } from '../keysets/life/upkeep.js';

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

function upkeep(): Promise<void> {
  const [replica] = two.importer.replicas;
  if (replica === undefined) throw new Error('there is no replica');
  return replica.nest.get(Upkeep).run();
}

/** Imports a file with other content, signed by a stranger whom the caller vouches for. */
async function imported(change: (payload: Payload) => unknown): Promise<KeysetCaller> {
  const reply = await two.import(await two.changed(change));
  if (reply.status !== 201) throw new Error(reply.text);
  const [item] = reply.json['items'] as Json[];
  return new KeysetCaller(two.importer, two.admin, String(item?.['encryptionId']));
}

describe('a file that is signed well and made to harm', () => {
  it.each<[string, string, (payload: Payload) => unknown]>([
    [
      'more days than a rule can have',
      'payload.encryptions[0].rotation.everyDays',
      (p) => (encryption(p)['rotation'] = { everyDays: 89_478_486 }),
    ],
    [
      'more messages than a rule can have',
      'payload.encryptions[0].rotation.afterMessages',
      (p) => (encryption(p)['rotation'] = { afterMessages: 2 ** 32 + 1 }),
    ],
    [
      'a number that no page of versions goes on after',
      'payload.encryptions[0].versions[0].number',
      (p) => (version(p)['number'] = 1_000_000_000),
    ],
    [
      'a version from before computers',
      'payload.encryptions[0].versions[0].createdAt',
      (p) => (version(p)['createdAt'] = '0000-01-01T00:00:00Z'),
    ],
    [
      'a version that was active before computers',
      'payload.encryptions[0].versions[0].activatedAt',
      (p) => (version(p)['activatedAt'] = '0000-01-01T00:00:00Z'),
    ],
  ])('is refused with %s', async (_what, field, change) => {
    expect(shape(await two.import(await two.changed(change)))).toEqual([
      400,
      'invalid_request',
      field,
    ]);
  });

  it('does not keep a key from being destroyed with its encryption', async () => {
    const keyset = await imported((p) => (version(p)['destroyAt'] = '2020-01-01T00:00:00Z'));
    expect((await keyset.versions())[0]?.destroyAt).toBeUndefined();
    await keyset.delete({ afterDays: 0 });
    await expect.poll(() => keyset.states()).toEqual(['destroyed', 'destroyed', 'destroyed']);
    expect((await keyset.get()).json['state']).toBe('destroyed');
  });

  it('does not make a receipt say less: by a version of the future', async () => {
    const future = new Date(clock.nowMillis() + 1000 * DAY_MILLIS).toISOString();
    const keyset = await imported((p) => {
      Object.assign(version(p), { createdAt: future });
      p['exportedAt'] = future;
    });
    const before = clock.nowMillis();
    await two.importer.send('POST', '/v1/export', {
      as: two.admin,
      body: { encryptionId: keyset.id },
    });
    const [first] = await keyset.versions();
    await keyset.act(String(first?.encryptionVersionId), 'destroy', { afterDays: 0 });
    await expect.poll(async () => (await keyset.versions())[0]?.state).toBe('destroyed');
    const { payload } = openReceipt((await keyset.versions())[0]?.receipt);
    const exports = payload.copiesMayExist.filter(({ where }) => where === 'export');
    expect(exports.some(({ time }) => time.getTime() >= before - 1000)).toBe(true);
  });
});

describe('the receipt of an imported version', () => {
  it('names the file that it came in', async () => {
    const before = clock.nowMillis();
    const { file, id } = await two.file();
    await two.import(file);
    const keyset = new KeysetCaller(two.importer, two.admin, id);
    const [first] = await keyset.versions();
    await keyset.act(String(first?.encryptionVersionId), 'destroy', { afterDays: 0 });
    await expect.poll(async () => (await keyset.versions())[0]?.state).toBe('destroyed');
    const { payload } = openReceipt((await keyset.versions())[0]?.receipt);
    const exports = payload.copiesMayExist.filter(({ where }) => where === 'export');
    expect(exports).toHaveLength(1);
    expect(exports[0]?.time.getTime()).toBeGreaterThanOrEqual(before);
  });
});

describe('upkeep', () => {
  it('goes on whatever a row of rotation rules has', async () => {
    const keyset = await imported((p) => (encryption(p)['rotation'] = { everyDays: 10 }));
    await two.importer.test.asOwner('update encryption set every_days = 2000000000 where id = $1', [
      keyset.id,
    ]);
    await expect(upkeep()).resolves.toBeUndefined();
  });
});
