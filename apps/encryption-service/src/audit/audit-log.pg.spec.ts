import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
} from '../../../../test/support/service-app.js';

let service: ServiceApp;
let admin: Credentials;

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

function send(
  method: string,
  path: string,
  body?: unknown,
  more: object = {},
): Promise<ServiceReply> {
  return service.send(method, path, {
    as: admin,
    ...(body === undefined ? {} : { body }),
    ...more,
  });
}

function codeOf({ status, json }: ServiceReply): unknown {
  return json['code'] ?? status;
}

async function records(
  id: string,
): Promise<{ operation: string; outcome: string; requestId: string }[]> {
  const { json } = await send('GET', `/v1/audit?encryptionId=${id}&limit=200`);
  return json['items'] as never;
}

describe('what is in the database', () => {
  const attack = async (sql: string): Promise<unknown> => {
    const id = await service.encryption(admin);
    const blob = await service.blob(admin, id);
    await service.test.asOwner(sql, [id]);
    const reply = await send('POST', '/v1/decrypt', blob);
    const outcomes = (await records(id)).filter(
      ({ requestId }) => requestId === reply.headers['x-request-id'],
    );
    return [reply.status, reply.json['code'], outcomes.map(({ outcome }) => outcome)];
  };

  it.each([
    [
      'a state',
      "update encryption set state = 'enabled', older_versions_encrypt = false where id = $1",
    ],
    [
      'a wrapped key',
      `update encryption_key_version set record = jsonb_set(record, '{ct}', '"${Buffer.alloc(48).toString('base64')}"') where encryption_id = $1`,
    ],
    [
      'the form of a wrapped key',
      `update encryption_key_version set record = '{"v":1}' where encryption_id = $1`,
    ],
    [
      'the master key of a wrapped key',
      `update encryption_key_version set record = jsonb_set(record, '{kekUri}', '"local:other"') where encryption_id = $1`,
    ],
    [
      'a revision',
      'update encryption_key_version set revision = revision + 1 where encryption_id = $1',
    ],
    ['a MAC', "update encryption set mac = '\\x00' where id = $1"],
  ])('raises an alarm and opens nothing after a change of %s', async (_, sql) => {
    expect(await attack(sql)).toEqual([500, 'internal', ['internal']]);
  });

  it('does not let a client be given more scopes by a change in the database', async () => {
    const { json } = await send('POST', '/v1/clients', { name: 'small', scopes: ['audit:read'] });
    await service.test.asOwner("update client set scopes = array['decrypt'] where id = $1", [
      json['id'],
    ]);
    const small = json as unknown as Credentials;
    expect(codeOf(await service.send('GET', '/v1/health', { as: small }))).toBe('internal');
  });
});

describe('the audit log', () => {
  it('has one record for each acknowledged use and act, with reason and request id', async () => {
    const id = await service.encryption(admin);
    const headers = { 'x-request-id': 'req-1', 'x-access-reason': 'ticket 7' };
    const sealed = await send('POST', '/v1/encrypt', { encryptionId: id, data: 'x' }, { headers });
    await send('POST', '/v1/decrypt', sealed.json);
    await send('POST', '/v1/decrypt', { ...sealed.json, context: { a: 'b' } });
    await send('POST', '/v1/rotate', { encryptionId: id });
    const found = await records(id);
    expect(found.map(({ operation, outcome }) => `${operation} ${outcome}`).reverse()).toEqual([
      'create-encryption success',
      'encrypt success',
      'decrypt success',
      'decrypt decryption_failed',
      'rotate success',
    ]);
    expect(found.at(-2)).toMatchObject({
      requestId: 'req-1',
      accessReason: 'ticket 7',
      items: 1,
      encryptionVersionId: sealed.json['encryptionVersionId'],
    });
    const { json } = await send(
      'GET',
      `/v1/audit?encryptionId=${id}&operation=decrypt&outcome=success`,
    );
    expect(json['items']).toHaveLength(1);
  });

  it('keeps the result back where it cannot be written', async () => {
    const id = await service.encryption(admin);
    const blob = await service.blob(admin, id);
    await service.test.asOwner(
      "alter table audit_record add constraint broken check (operation <> 'decrypt') not valid",
    );
    try {
      const reply = await send('POST', '/v1/decrypt', blob);
      expect([reply.status, reply.json['code'], reply.headers['retry-after']]).toEqual([
        503,
        'audit_unavailable',
        '1',
      ]);
      expect(reply.text).not.toContain('a secret');
    } finally {
      await service.test.asOwner('alter table audit_record drop constraint broken');
    }
    expect(codeOf(await send('POST', '/v1/decrypt', blob))).toBe(200);
  });
});
