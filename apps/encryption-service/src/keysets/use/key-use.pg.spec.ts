import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
} from '../../../../../test/support/service-app.js';

let service: ServiceApp;
let admin: Credentials;

beforeAll(async () => {
  service = await ServiceApp.start(2);
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

async function versionsOf(
  id: string,
): Promise<{ state: string; number: number; messages: number; encryptionVersionId: string }[]> {
  const { json } = await send('GET', `/v1/encryptions/${id}/versions`);
  return json['items'] as never;
}

describe('the versions of an encryption', () => {
  it('go on decrypting when they are deactivated, and encrypt only where that is allowed', async () => {
    const id = await service.encryption(admin);
    const old = await service.blob(admin, id);
    await send('POST', '/v1/rotate', { encryptionId: id });
    expect(codeOf(await send('POST', '/v1/decrypt', old))).toBe(200);
    const named = { encryptionId: id, data: 'x', encryptionVersionId: old['encryptionVersionId'] };
    expect(codeOf(await send('POST', '/v1/encrypt', named))).toBe(200);
    await send('PATCH', `/v1/encryptions/${id}`, { olderVersionsEncrypt: false });
    expect(codeOf(await send('POST', '/v1/encrypt', named))).toBe('version_not_usable');
    expect(codeOf(await send('POST', '/v1/decrypt', old))).toBe(200);
  });

  it('are exactly one active after twenty rotations at once on two replicas', async () => {
    const id = await service.encryption(admin);
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        send('POST', '/v1/rotate', { encryptionId: id }, { replica: i % 2 }),
      ),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    const versions = await versionsOf(id);
    expect(versions.map(({ number }) => number)).toEqual(
      Array.from({ length: 21 }, (_, i) => i + 1),
    );
    expect(versions.filter(({ state }) => state === 'active')).toHaveLength(1);
    expect(versions.at(-1)?.state).toBe('active');
  });

  it('rotate once for one Idempotency-Key, also at the same moment', async () => {
    const id = await service.encryption(admin);
    const headers = { 'idempotency-key': 'k' };
    const replies = await Promise.all(
      [0, 1, 0, 1].map((replica) =>
        send('POST', '/v1/rotate', { encryptionId: id }, { headers, replica }),
      ),
    );
    expect(new Set(replies.map(({ json }) => json['newVersionId'])).size).toBe(1);
    expect(await versionsOf(id)).toHaveLength(2);
    const other = { encryptionId: await service.encryption(admin) };
    await send('PATCH', `/v1/encryptions/${id}`, { state: 'disabled' });
    const repeated = await send('POST', '/v1/rotate', { encryptionId: id }, { headers });
    expect(repeated.json).toEqual(replies[0]?.json);
    const unknown = { encryptionId: '00000000-0000-4000-8000-000000000000' };
    expect(codeOf(await send('POST', '/v1/rotate', unknown, { headers }))).toBe('conflict');
    expect(codeOf(await send('POST', '/v1/rotate', other, { headers }))).toBe('conflict');
    const bad = { headers: { 'idempotency-key': 'a b' } };
    expect(codeOf(await send('POST', '/v1/rotate', { encryptionId: id }, bad))).toBe(
      'invalid_request',
    );
  });

  it('count their messages, on two replicas and in order', async () => {
    const id = await service.encryption(admin);
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        send('POST', '/v1/encrypt', { encryptionId: id, data: 'x' }, { replica: i % 2 }),
      ),
    );
    const [version] = await versionsOf(id);
    // The other replica keeps what is left of its block until it writes its counts down.
    expect(version?.messages).toBeGreaterThanOrEqual(30);
    expect(version?.messages).toBeLessThan(62);
  });

  it('count exactly what one replica encrypted', async () => {
    const id = await service.encryption(admin);
    for (let i = 0; i < 5; i += 1) await service.blob(admin, id);
    expect((await versionsOf(id))[0]?.messages).toBe(5);
    await service.blob(admin, id);
    expect((await versionsOf(id))[0]?.messages).toBe(6);
  });
});

describe('the kill switch', () => {
  it('holds on every replica once it has been answered, also for what is under way', async () => {
    const id = await service.encryption(admin);
    const blob = await service.blob(admin, id);
    let answered = false;
    const late: number[] = [];
    const reader = async (replica: number): Promise<void> => {
      for (let refused = 0; refused < 3;) {
        const startedAfter = answered;
        const { status } = await send('POST', '/v1/decrypt', blob, { replica });
        if (status === 200 && startedAfter) late.push(status);
        if (status !== 200) refused += 1;
      }
    };
    const readers = [0, 1, 0, 1].map(reader);
    await send('PATCH', `/v1/encryptions/${id}`, { state: 'disabled' });
    answered = true;
    await Promise.all(readers);
    expect(late).toEqual([]);
    expect(codeOf(await send('POST', '/v1/encrypt', { encryptionId: id, data: '' }))).toBe(
      'encryption_disabled',
    );
    expect(codeOf(await send('POST', '/v1/rotate', { encryptionId: id }))).toBe(
      'encryption_disabled',
    );
    await send('PATCH', `/v1/encryptions/${id}`, { state: 'enabled' });
    expect(codeOf(await send('POST', '/v1/decrypt', blob))).toBe(200);
  });

  it('holds back a result whose state changed between reading and recording', async () => {
    const id = await service.encryption(admin);
    const blob = await service.blob(admin, id);
    const { test } = service;
    const tenant = 'select tenant_id from encryption where id = $1';
    await test.asOwner('begin');
    // The tenant's lock is taken here, as a change does; the decrypt reads meanwhile and waits to record.
    await test.asOwner(`select lock_tenant((${tenant}))`, [id]);
    const waiting = send('POST', '/v1/decrypt', blob);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await test.asOwner(
      'update client set revision = revision where tenant_id = (select tenant_id from encryption where id = $1)',
      [id],
    );
    await test.asOwner(
      "update encryption_key_version set state = 'suspended', revision = revision + 1 where encryption_id = $1",
      [id],
    );
    await test.asOwner('commit');
    // The second try reads a row that was changed without its MAC: an alarm, and no plaintext.
    const reply = await waiting;
    expect([reply.status, reply.json['code'], reply.json['data']]).toEqual([
      500,
      'internal',
      undefined,
    ]);
  });
});

describe('changes beside key uses', () => {
  it('that change nothing do not keep a key from being used', async () => {
    const id = await service.encryption(admin);
    let stop = false;
    const patching = [0, 1, 0, 1].map(async (replica) => {
      while (!stop) await send('PATCH', `/v1/encryptions/${id}`, {}, { replica });
    });
    const codes = [];
    for (let i = 0; i < 10; i += 1)
      codes.push(codeOf(await send('POST', '/v1/encrypt', { encryptionId: id, data: 'x' })));
    stop = true;
    await Promise.all(patching);
    expect(new Set(codes)).toEqual(new Set([200]));
  });

  it('say in their record which revision a row has now', async () => {
    const id = await service.encryption(admin);
    await send('PATCH', `/v1/encryptions/${id}`, { name: id });
    const rows = await service.test.asOwner<{ revisions: unknown }>(
      "select revisions from audit_record where encryption_id = $1 and operation = 'change-encryption'",
      [id],
    );
    expect(rows).toEqual([{ revisions: [{ table: 'encryptions', id, revision: 2 }] }]);
  });
});
