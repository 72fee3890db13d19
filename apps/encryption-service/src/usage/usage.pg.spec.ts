import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Credentials, ServiceApp, shape } from '../../../../test/support/service-app.js';
import { StreamClient } from '../../../../test/support/stream-client.js';
import { RollUpUsage } from './roll-up-usage.js';

interface Item {
  readonly day: string;
  readonly operation: string;
  readonly encryptionId: string;
  readonly operations: number;
  readonly bytes: number;
}

let service: ServiceApp;
let tenantId: string;
let admin: Credentials;
let id: string;

beforeAll(async () => {
  service = await ServiceApp.start(2);
});

afterAll(async () => {
  await service.stop();
});

beforeEach(async () => {
  ({ tenantId, admin } = await service.tenant());
  id = await service.encryption(admin);
});

async function usage(query = '', as = admin): Promise<Item[]> {
  const { json } = await service.send('GET', `/v1/usage?limit=200&${query}`, { as });
  return json['items'] as Item[];
}

/** Operations and bytes by operation. */
async function totals(query?: string): Promise<Record<string, [number, number]>> {
  const items = await usage(query);
  return Object.fromEntries(
    items.map(({ operation, operations, bytes }) => [operation, [operations, bytes]]),
  );
}

async function rollUp(replica = 0): Promise<void> {
  const database = service.databases[replica];
  if (database === undefined) throw new Error('there is no such replica');
  await new RollUpUsage(database).run();
}

async function encrypt(text: string): Promise<Record<string, unknown>> {
  return service.blob(admin, id, text);
}

/** Puts a record of so many items and bytes on a day, as the owner. */
async function record(at: string, items: number, bytes: number): Promise<void> {
  await service.test.asOwner(
    `insert into audit_record (tenant_id, at, client_id, operation, encryption_id, outcome, items, request_id, failed, bytes)
     values ($1, $2, $1, 'encrypt', $3, 'success', $4, 'r', 0, $5)`,
    [tenantId, at, id, items, bytes],
  );
}

describe('usage', () => {
  it('has each use that succeeded, with its items and the bytes of plaintext, before and after it is added up', async () => {
    const blob = await encrypt('seven b');
    await service.send('POST', '/v1/decrypt', { as: admin, body: blob });
    await service.send('POST', '/v1/decrypt', {
      as: admin,
      body: { ...blob, context: { a: 'b' } },
    });
    await service.send('POST', '/v1/decrypt/batch', {
      as: admin,
      body: { encryptionId: id, items: [blob, blob, { ...blob, context: { a: 'b' } }] },
    });
    await service.send('POST', '/v1/rotate', { as: admin, body: { encryptionId: id } });
    await service.send('POST', '/v1/reencrypt', { as: admin, body: blob });
    const expected = {
      'create-encryption': [1, 0],
      encrypt: [1, 7],
      decrypt: [1, 7],
      'decrypt-batch': [2, 14],
      rotate: [1, 0],
      reencrypt: [1, 7],
    };
    expect(await totals()).toEqual(expected);
    await rollUp();
    expect(await totals()).toEqual(expected);
    await encrypt('three');
    expect((await totals())['encrypt']).toEqual([2, 12]);
    await Promise.all([rollUp(0), rollUp(1)]);
    await rollUp(1);
    expect((await totals())['encrypt']).toEqual([2, 12]);
  });

  it('counts the bytes of a stream once it has ended', async () => {
    const streams = new StreamClient(service, admin);
    const sealed = await streams.seal(id, Buffer.alloc(200_000, 1));
    await streams.send('decrypt', id, sealed);
    const expected = { 'encrypt-stream': [1, 200_000], 'decrypt-stream': [1, 200_000] };
    await vi.waitFor(async () => {
      expect(await totals()).toMatchObject(expected);
    });
    await rollUp();
    expect(await totals()).toMatchObject(expected);
  });

  it('misses nothing of a transaction that ends after a later one was added up', async () => {
    await service.test.asOwner('begin');
    await record('2026-02-01T12:00:00Z', 1, 10);
    await encrypt('later');
    await rollUp();
    expect((await usage('to=2026-03-01')).length).toBe(0);
    await service.test.asOwner('commit');
    expect(await usage('to=2026-03-01')).toMatchObject([{ operations: 1, bytes: 10 }]);
    await rollUp();
    expect(await usage('to=2026-03-01')).toMatchObject([{ operations: 1, bytes: 10 }]);
    expect((await totals('from=2026-03-02'))['encrypt']).toEqual([1, 5]);
  });

  it('is the same after everything was restored where transactions have other numbers', async () => {
    await encrypt('four');
    await rollUp();
    await encrypt('four');
    const before = await totals();
    for (const change of ["place = 'another cluster'", "xact = '1000000000000'"]) {
      await service.test.asOwner(`update usage_position set ${change}`);
      await rollUp();
      expect(await totals()).toEqual(before);
      await encrypt('');
      await rollUp();
      expect((await totals())['encrypt']?.[0]).toBe((before['encrypt']?.[0] ?? 0) + 1);
      before['encrypt'] = [(before['encrypt']?.[0] ?? 0) + 1, before['encrypt']?.[1] ?? 0];
    }
  });

  it('is of the days that a range touches, a day of UTC each', async () => {
    for (const at of ['2026-01-30T23:59:59Z', '2026-01-31T00:00:00Z', '2026-02-01T23:00:00Z'])
      await record(at, 1, 1);
    const days = async (query: string): Promise<string[]> =>
      (await usage(`${query}&to=2026-02-02`)).map(({ day }) => day);
    const all = ['2026-01-30', '2026-01-31', '2026-02-01'];
    for (const isRolledUp of [false, true]) {
      if (isRolledUp) await rollUp();
      expect(await days('')).toEqual(all);
      expect(await days('from=2026-01-31')).toEqual(all.slice(1));
      expect(await days('from=2026-01-31T12:00:00Z')).toEqual(all.slice(1));
      const until = async (to: string): Promise<number> => (await usage(`to=${to}`)).length;
      expect(await until('2026-01-31')).toBe(1);
      expect(await until('2026-01-31T00:00:01Z')).toBe(2);
    }
  });

  it('comes in pages', async () => {
    for (let day = 1; day <= 5; day += 1)
      await record(`2026-01-0${day.toString()}T00:00:00Z`, 1, 1);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const after = cursor === undefined ? '' : `&cursor=${cursor}`;
      const path = `/v1/usage?limit=2&to=2026-02-01${after}`;
      const { json } = await service.send('GET', path, { as: admin });
      seen.push(...(json['items'] as Item[]).map(({ day }) => day));
      cursor = json['nextCursor'] as string | undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual([1, 2, 3, 4, 5].map((day) => `2026-01-0${day.toString()}`));
  });

  it('shows a client only the encryptions that it reaches, and nobody another tenant’s', async () => {
    const other = await service.encryption(admin);
    await encrypt('x');
    await service.blob(admin, other);
    const { json } = await service.send('POST', '/v1/clients', {
      as: admin,
      body: { name: 'reader', scopes: ['audit:read'], encryptionIds: [other] },
    });
    const seen = await usage('', json as unknown as Credentials);
    expect(new Set(seen.map(({ encryptionId }) => encryptionId))).toEqual(new Set([other]));
    const stranger = await service.tenant();
    expect(await usage('', stranger.admin)).toEqual([]);
  });

  it.each([
    ['from=yesterday', 'from'],
    ['to=2026-02-30', 'to'],
    ['from=2026-01-01T25:00:00Z', 'from'],
    ['cursor=AAAA', 'cursor'],
    ['tenant=x', 'tenant'],
  ])('refuses %s, naming the field', async (query, field) => {
    expect(shape(await service.send('GET', `/v1/usage?${query}`, { as: admin }))).toEqual([
      400,
      'invalid_request',
      field,
    ]);
  });
});
