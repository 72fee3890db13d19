import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, ServiceApp, type ServiceReply } from '../support/service-app.js';
import { setVersionState } from '../support/version-states.js';

type Json = Record<string, unknown>;

/** An encryption with two versions and a blob under each. */
interface Keyset {
  readonly id: string;
  readonly blobs: readonly [Json, Json];
}

let service: ServiceApp;
let admin: Credentials;

beforeAll(async () => {
  service = await ServiceApp.start(1, undefined, {
    masterKeys: { default: ServiceApp.masterKeyByte, next: 10 },
  });
  ({ admin } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

function send(method: string, path: string, body?: unknown): Promise<ServiceReply> {
  return service.send(method, path, { as: admin, ...(body === undefined ? {} : { body }) });
}

async function makeKeyset(): Promise<Keyset> {
  const id = await service.encryption(admin);
  const first = await service.blob(admin, id);
  await send('POST', '/v1/rotate', { encryptionId: id });
  return { id, blobs: [first, await service.blob(admin, id)] };
}

/** Every way to a keyset's rows. */
const PATHS: Readonly<Record<string, (keyset: Keyset) => Promise<ServiceReply>>> = {
  encrypt: ({ id }) => send('POST', '/v1/encrypt', { encryptionId: id, data: 'x' }),
  decrypt: ({ blobs }) => send('POST', '/v1/decrypt', blobs[0]),
  rotate: ({ id }) => send('POST', '/v1/rotate', { encryptionId: id }),
  export: ({ id }) => send('POST', '/v1/export', { encryptionId: id }),
  rewrap: ({ id }) =>
    send('POST', `/v1/encryptions/${id}/rewrap`, { mode: 'platform', provider: 'next' }),
  get: ({ id }) => send('GET', `/v1/encryptions/${id}`),
  versions: ({ id }) => send('GET', `/v1/encryptions/${id}/versions`),
};
const ALL = Object.keys(PATHS);
/** An encryption as it is read shows its active version, and looks at no other. */
const BUT_GET = ALL.filter((path) => path !== 'get');

const VERSIONS = 'update encryption_key_version set';
const OF_IT = 'where encryption_id = $1';

/** What is changed, how, and on which ways it must be noticed. */
const CHANGES: readonly (readonly [what: string, sql: string, paths: readonly string[]])[] = [
  ['the state of the encryption', "update encryption set state = 'disabled' where id = $1", ALL],
  ['its mode', "update encryption set mode = 'client', provider = null where id = $1", ALL],
  ['its provider', "update encryption set provider = 'next' where id = $1", ALL],
  ['its algorithm', "update encryption set algorithm = 'XAES-256-GCM' where id = $1", ALL],
  ['its name', 'update encryption set name = id::text where id = $1', ALL],
  ['its rotation', 'update encryption set every_days = 1, after_messages = 1 where id = $1', ALL],
  [
    'whether older versions encrypt',
    'update encryption set older_versions_encrypt = false where id = $1',
    ALL,
  ],
  [
    'what a restore would make of it',
    "update encryption set state_before = 'enabled' where id = $1",
    ALL,
  ],
  ['its revision', 'update encryption set revision = revision + 1 where id = $1', ALL],
  ['states of versions', `${VERSIONS} state = 'suspended' ${OF_IT}`, BUT_GET],
  [
    'which version is active',
    `with off as (${VERSIONS} state = 'suspended' ${OF_IT} and state = 'active' returning id)
     ${VERSIONS} state = 'active' ${OF_IT} and number = 1 and exists (select from off)`,
    ['rotate', 'export', 'rewrap', 'versions'],
  ],
  ['numbers', `${VERSIONS} number = number + 7 ${OF_IT}`, ALL],
  ['a suite', `${VERSIONS} suite = 'ChaCha20-Poly1305' ${OF_IT}`, ALL],
  [
    'records for each other',
    `${VERSIONS} record = (select o.record from encryption_key_version o
       where o.encryption_id = $1 and o.id <> encryption_key_version.id) ${OF_IT}`,
    ALL,
  ],
  ['a record to nothing', `${VERSIONS} record = null ${OF_IT}`, ALL],
  ['when keys are erased', `${VERSIONS} destroy_at = now() ${OF_IT}`, ALL],
  ['what a restore would make of versions', `${VERSIONS} state_before = 'active' ${OF_IT}`, ALL],
  ['who scheduled', `${VERSIONS} scheduled_by = gen_random_uuid() ${OF_IT}`, ALL],
  ['when it was scheduled', `${VERSIONS} scheduled_at = now() ${OF_IT}`, ALL],
  ['revisions of versions', `${VERSIONS} revision = revision + 1 ${OF_IT}`, ALL],
];

describe.each(CHANGES)('a change of %s behind the service’s back', (_, sql, paths) => {
  it.each(paths)('is an alarm, and nothing comes of it: %s', async (path) => {
    const keyset = await makeKeyset();
    const ask = PATHS[path];
    if (ask === undefined) throw new Error('there is no such way');
    await service.test.asOwner(sql, [keyset.id]);
    // What was read a moment ago is authentic too, and is forgotten when the notification of the change comes.
    await expect.poll(async () => (await ask(keyset)).json['code']).toBe('internal');
    const reply = await ask(keyset);
    expect(Object.keys(reply.json)).not.toContain('data');
  });
});

describe('rows that are removed, copied or moved behind the service’s back', () => {
  it('open nothing where a version is gone', async () => {
    const { id, blobs } = await makeKeyset();
    const [first] = blobs;
    await service.test.asOwner('delete from message_count where version_id = $1', [
      first['encryptionVersionId'],
    ]);
    await service.test.asOwner('delete from encryption_key_version where id = $1', [
      first['encryptionVersionId'],
    ]);
    // No notification is sent of what is gone; a use that was read before does not find the row when it is recorded.
    expect((await send('POST', '/v1/decrypt', first)).json['code']).toBe('not_found');
    expect((await send('GET', `/v1/encryptions/${id}/versions`)).json['items']).toHaveLength(1);
  });

  it.each([
    ['its own encryption, under another id', '$1', 'gen_random_uuid()'],
    ['another encryption', '$2', 'gen_random_uuid()'],
  ])('are an alarm where a version is copied to %s', async (__, encryption, versionId) => {
    const [from, to] = [await makeKeyset(), await makeKeyset()];
    const target = encryption === '$1' ? from.id : to.id;
    await service.test.asOwner(
      `insert into encryption_key_version
         (tenant_id, id, encryption_id, number, suite, state, record, created_at, revision, mac)
       select tenant_id, ${versionId}, ${encryption}::uuid, 9, suite, 'deactivated', record, created_at, revision, mac
       from encryption_key_version where encryption_id = $1 and number = 1 and $2::uuid is not null`,
      [from.id, to.id],
    );
    for (const path of ['export', 'rewrap', 'versions']) {
      const reply = await PATHS[path]?.({ id: target, blobs: from.blobs });
      expect(reply?.json['code']).toBe('internal');
    }
    const [row] = await service.test.asOwner<{ id: string }>(
      'select id from encryption_key_version where encryption_id = $1 and number = 9',
      [target],
    );
    const blob = { ...from.blobs[0], encryptionId: target, encryptionVersionId: row?.id };
    expect((await send('POST', '/v1/decrypt', blob)).json['code']).toBe('internal');
  });

  it('are an alarm where an encryption is copied', async () => {
    const { id } = await makeKeyset();
    const copy = randomUUID();
    await service.test.asOwner(
      `insert into encryption (tenant_id, id, algorithm, state, mode, provider, older_versions_encrypt, created_at,
         updated_at, revision, mac)
       select tenant_id, $2, algorithm, state, mode, provider, older_versions_encrypt, created_at, updated_at, revision, mac
       from encryption where id = $1`,
      [id, copy],
    );
    for (const ask of Object.values(PATHS).filter((one) => one !== PATHS['decrypt'])) {
      const reply = await ask({ id: copy, blobs: [{}, {}] });
      expect(reply.json['code']).toBe('internal');
    }
  });
});

describe('the receipt of a destroyed version', () => {
  it.each([
    ['is gone', 'null'],
    ['is of another form', `'{"payloadType":"x"}'`],
  ])('is an alarm in an export where it %s', async (_, receipt) => {
    const { id, blobs } = await makeKeyset();
    await setVersionState(service, blobs[0]['encryptionVersionId'], 'destroyed');
    await service.test.asOwner(`${VERSIONS} receipt = ${receipt} where id = $1`, [
      blobs[0]['encryptionVersionId'],
    ]);
    expect((await send('POST', '/v1/export', { encryptionId: id })).json['code']).toBe('internal');
  });
});
