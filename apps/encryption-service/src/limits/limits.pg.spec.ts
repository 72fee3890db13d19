import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_SERVICE_LIMITS } from '../../../../test/support/no-limits.js';
import {
  type Credentials,
  ServiceApp,
  type ServiceCall,
  type ServiceReply,
  shape,
} from '../../../../test/support/service-app.js';

type Admin = Credentials & { id: string };

const LIMITED = 429;
const FLOODED = '11111111-1111-4111-8111-111111111111';
/** Slow enough that no test sees a token come. */
const SLOW = { ...NO_SERVICE_LIMITS.default, requestsPerSecond: 1, requestBurst: 30 };

let service: ServiceApp;

beforeAll(async () => {
  service = await ServiceApp.start(2, undefined, {
    limits: {
      failuresOfOne: { perMinute: 1, burst: 5 },
      tiers: [{ kind: 'tier', name: 'slow', ...SLOW }],
      tenants: [{ kind: 'tenant', name: FLOODED, tier: 'slow' }],
    },
  });
});

afterAll(async () => {
  await service.stop();
});

function health(call: ServiceCall): Promise<ServiceReply> {
  return service.send('GET', '/v1/health', call);
}

async function clientOf(admin: Admin, more: object): Promise<Credentials & { id: string }> {
  const { json } = await service.send('POST', '/v1/clients', {
    as: admin,
    body: { name: 'c', scopes: ['encrypt', 'decrypt', 'keys:create'], ...more },
  });
  return json as unknown as Credentials & { id: string };
}

/** Statuses of so many calls at once, each at another replica than the one before it, and how often each came. */
async function flood(call: ServiceCall, times: number): Promise<Record<number, number>> {
  const replies = await Promise.all(
    Array.from({ length: times }, (_, i) => health({ ...call, replica: i % 2 })),
  );
  return Object.fromEntries(
    [...Map.groupBy(replies, ({ status }) => status)].map(([status, of]) => [status, of.length]),
  );
}

describe('limits of a tenant', () => {
  it('hold for all replicas together, and leave another tenant’s calls alone', async () => {
    const flooded = await service.tenant(FLOODED);
    const other = await service.tenant();
    const [statuses, theirs] = await Promise.all([
      flood({ as: flooded.admin }, 100),
      flood({ as: other.admin }, 50),
    ]);
    expect(statuses[200]).toBeGreaterThanOrEqual(20);
    expect(statuses[200]).toBeLessThanOrEqual(35);
    expect((statuses[200] ?? 0) + (statuses[LIMITED] ?? 0)).toBe(100);
    expect(theirs).toEqual({ 200: 50 });
  });

  it('refuse with a problem that says when to come again', async () => {
    const { admin } = await service.tenant();
    const slow = await clientOf(admin, { limits: { requestsPerSecond: 1 } });
    await flood({ as: slow }, 30);
    const refused = await health({ as: slow });
    expect(shape(refused)).toEqual([LIMITED, 'rate_limited']);
    expect(refused.json).toMatchObject({ retryable: true, fault: 'caller' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  });

  it('come after 401 and 404 of the route, and before 403, the body and the object', async () => {
    const { admin } = await service.tenant();
    const slow = await clientOf(admin, { limits: { requestsPerSecond: 1 } });
    await flood({ as: slow }, 30);
    const send = (method: string, path: string, more: ServiceCall = {}): Promise<ServiceReply> =>
      service.send(method, path, { as: slow, ...more });
    const wrong = { apiKey: slow.apiKey, apiSecret: admin.apiSecret };
    expect(shape(await send('GET', '/v1/nothing'))).toEqual([404, 'not_found']);
    expect(shape(await send('PUT', '/v1/encrypt'))).toEqual([405, 'method_not_allowed']);
    expect(shape(await send('GET', '/v1/health', { as: wrong }))).toEqual([401, 'unauthenticated']);
    for (const [method, path, body] of [
      ['GET', '/v1/audit', undefined],
      ['POST', '/v1/encrypt', '{'],
      ['POST', '/v1/decrypt', { encryptionId: randomUUID() }],
    ] as const)
      expect(shape(await send(method, path, { body }))).toEqual([LIMITED, 'rate_limited']);
  });
});

describe('wrong secrets', () => {
  it('are slowed, and the right one of a neighbour is not', async () => {
    const { admin, app } = await service.tenant();
    const wrong = { apiKey: app.apiKey, apiSecret: admin.apiSecret };
    const codes: unknown[] = [];
    for (let time = 0; time < 7; time += 1)
      codes.push((await health({ as: wrong, replica: time % 2 })).json['code']);
    expect(codes).toEqual([
      ...Array.from({ length: 5 }, () => 'unauthenticated'),
      'rate_limited',
      'rate_limited',
    ]);
    expect((await health({ as: admin })).status).toBe(200);
  });
});

describe('limits of a client', () => {
  it('are shown, changed, taken away, and narrower than the tenant’s', async () => {
    const { admin } = await service.tenant(FLOODED.replace('1', '2'));
    const { id } = await clientOf(admin, { limits: { requestsPerSecond: 5 } });
    const patch = (body: object): Promise<ServiceReply> =>
      service.send('PATCH', `/v1/clients/${id}`, { as: admin, body });
    expect((await patch({ name: 'renamed' })).json['limits']).toEqual({ requestsPerSecond: 5 });
    expect((await patch({ limits: { decryptItemsPerDay: 7 } })).json['limits']).toEqual({
      decryptItemsPerDay: 7,
    });
    expect((await patch({ limits: {} })).json['limits']).toBeUndefined();
  });

  it('are granted by nobody who has less', async () => {
    const { admin } = await service.tenant();
    const scopes = ['encrypt', 'clients:manage'];
    const narrow = await clientOf(admin, { scopes, limits: { requestsPerSecond: 100 } });
    const make = async (limits?: object): Promise<unknown> => {
      const body = { name: 'x', scopes: ['encrypt'], limits };
      return (await service.send('POST', '/v1/clients', { as: narrow, body })).status;
    };
    expect([await make(), await make({ requestsPerSecond: 101 })]).toEqual([403, 403]);
    expect(await make({ requestsPerSecond: 100 })).toBe(201);
    const body = { limits: {} };
    const path = `/v1/clients/${narrow.id}`;
    expect((await service.send('PATCH', path, { as: narrow, body })).status).toBe(403);
  });
});
