import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, shape } from '../../../../test/support/service-app.js';
import {
  forge,
  type Json,
  type Payload,
  TwoServices,
} from '../../../../test/support/two-services.js';

let two: TwoServices;

beforeAll(async () => {
  two = await TwoServices.start();
});

afterAll(async () => {
  await two.stop();
});

const version = (payload: Payload, index = 0): Json =>
  payload.encryptions[0]?.versions[index] ?? {};
const encryption = (payload: Payload): Json => payload.encryptions[0] ?? {};

describe('what is in a file', () => {
  it.each<[string, (payload: Payload) => unknown]>([
    ['a version of the format that is not known', (p) => (p['v'] = 2)],
    ['a member that is not known', (p) => (version(p)['more'] = 1)],
    ['no version', (p) => (encryption(p)['versions'] = [])],
    ['a state that is not known', (p) => (version(p)['state'] = 'retired')],
    ['two active versions', (p) => (version(p)['state'] = 'active')],
    ['a number twice', (p) => (version(p)['number'] = 2)],
    ['a number that no row holds', (p) => (version(p)['number'] = 2 ** 40)],
    ['a number below 1', (p) => (version(p)['number'] = 0)],
    ['a fraction of a message', (p) => (version(p)['messages'] = 0.5)],
    ['more messages than can be counted', (p) => (version(p)['messages'] = 2 ** 60)],
    [
      'a version twice',
      (p) => (version(p, 1)['encryptionVersionId'] = version(p)['encryptionVersionId']),
    ],
    ['an encryption twice', (p) => p.encryptions.push(...p.encryptions)],
    ['a name with a control character', (p) => (encryption(p)['name'] = 'a\u0000')],
    ['a name that is too long', (p) => (encryption(p)['name'] = 'a'.repeat(129))],
    ['a period that no row holds', (p) => (encryption(p)['rotation'] = { everyDays: 2 ** 33 })],
    [
      'a day that is not on the calendar',
      (p) => (version(p)['createdAt'] = '2026-02-30T00:00:00Z'),
    ],
    ['a version to be destroyed at no time', (p) => (version(p)['state'] = 'destroyScheduled')],
    [
      'a version destroyed before anything was',
      (p) => Object.assign(version(p), { destroyAt: '1969-12-31T23:59:59Z' }),
    ],
    ['a record of another form', (p) => (version(p)['record'] = { v: 1 })],
    ['a destroyed version with its key', (p) => (version(p)['state'] = 'destroyed')],
    ['a client’s record in platform mode', (p) => (encryption(p)['mode'] = 'client')],
  ])('is refused: %s', async (_, change) => {
    const before = await two.count();
    const reply = await two.import(await two.changed(change));
    expect([reply.status, reply.json['code']]).toEqual([400, 'invalid_request']);
    expect(await two.count()).toBe(before);
  });

  it('is refused: an algorithm that is not known', async () => {
    const file = await two.changed((payload) => (version(payload)['suite'] = 'AES-128-GCM'));
    expect((await two.import(file)).json['code']).toBe('unsupported_algorithm');
  });

  it('is refused: a member that is there twice', async () => {
    const { file } = await two.file();
    const text = Buffer.from(String(file['payload']), 'base64').toString('utf8');
    const twice = forge(text.replace('"state":', '"state":"active","state":'));
    expect((await two.import(twice)).json['code']).toBe('invalid_request');
  });

  it.each<[string, (payload: Payload) => unknown]>([
    [
      'is under another key of that name',
      (p) => {
        setRecord(p, { kekUri: 'local:other' });
      },
    ],
    [
      'is under a master key that is not here',
      (p) => {
        setRecord(p, { kekUri: 'local:gone' });
      },
    ],
    ['is of another version', (p) => (version(p)['encryptionVersionId'] = randomUUID())],
    ['is of another algorithm', (p) => (version(p)['suite'] = 'XAES-256-GCM')],
    [
      'was changed',
      (p) => {
        setRecord(p, { ct: randomBytes(48).toString('base64') });
      },
    ],
  ])('does not open where a record %s', async (_, change) => {
    const before = await two.count();
    const reply = await two.import(await two.changed(change));
    expect(shape(reply)).toEqual([403, 'master_key_mismatch']);
    expect(await two.count()).toBe(before);
  });

  it('is all of it or nothing: a name that is taken', async () => {
    const name = randomUUID();
    await two.importer.encryption(two.admin, { name });
    const ids = [
      await two.exporter.encryption(two.exporterAdmin),
      await two.exporter.encryption(two.exporterAdmin, { name }),
    ];
    const body = { encryptionId: ids };
    const { json } = await two.exporter.send('POST', '/v1/export', { as: two.exporterAdmin, body });
    const before = await two.count();
    expect(shape(await two.import(json))).toEqual([409, 'already_exists']);
    expect(await two.count()).toBe(before);
  });

  it('is nothing twice, also at the same moment', async () => {
    const { file, id } = await two.file();
    const replies = await Promise.all(Array.from({ length: 4 }, () => two.import(file)));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(await two.versionRows(id)).toHaveLength(3);
  });

  it('is refused to a client that does not reach all of it', async () => {
    const { file, id } = await two.file();
    const client = { name: 'one', scopes: ['import'], encryptionIds: [randomUUID()] };
    const { json } = await two.importer.send('POST', '/v1/clients', {
      as: two.admin,
      body: client,
    });
    const as = json as unknown as Credentials;
    expect(shape(await two.import(file, as))).toEqual([404, 'not_found']);
    expect(await two.versionRows(id)).toEqual([]);
  });
});

function setRecord(payload: Payload, more: object): void {
  version(payload)['record'] = { ...(version(payload)['record'] as object), ...more };
}
