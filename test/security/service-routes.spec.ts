import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '@app/ambient';
import { type Credentials, ServiceApp, type ServiceCall } from '../support/service-app.js';

/** Kinds of callers that have credentials of their own; what the others get does not depend on the route. */
const KINDS = ['operator', 'app', 'admin', 'auditor'] as const;
type Kind = (typeof KINDS)[number];

/** Every route, and who may call it. A route that is missing here fails. */
const ROUTES: Readonly<Record<string, 'public' | readonly Kind[]>> = {
  'DELETE /v1/clients/:id': ['admin'],
  'DELETE /v1/encryptions/:id': ['app', 'admin'],
  'GET /v1/audit': ['admin', 'auditor'],
  'GET /v1/clients': ['admin'],
  'GET /v1/encryptions': ['app', 'admin'],
  'GET /v1/encryptions/:id': ['app', 'admin'],
  'GET /v1/encryptions/:id/versions': ['app', 'admin'],
  'GET /v1/usage': ['admin', 'auditor'],
  'GET /v1/health': ['operator', 'app', 'admin', 'auditor'],
  'GET /v1/kek-providers': ['app', 'admin'],
  'GET /v1/openapi.json': 'public',
  'GET /v1/tenants': ['operator'],
  'PATCH /v1/clients/:id': ['admin'],
  'PATCH /v1/encryptions/:id': ['admin'],
  'PATCH /v1/tenants/:id': ['operator'],
  'POST /v1/clients': ['admin'],
  'POST /v1/data-keys': ['admin'],
  'POST /v1/data-keys/open': ['admin'],
  'POST /v1/decrypt': ['app', 'admin'],
  'POST /v1/decrypt/batch': ['app', 'admin'],
  'POST /v1/decrypt/stream': ['app', 'admin'],
  'POST /v1/encrypt': ['app', 'admin'],
  'POST /v1/encrypt/batch': ['app', 'admin'],
  'POST /v1/encrypt/stream': ['app', 'admin'],
  'POST /v1/encryptions': ['app', 'admin'],
  'POST /v1/encryptions/:id/versions/:versionId/compromise': ['admin'],
  'POST /v1/encryptions/:id/versions/:versionId/destroy': ['app', 'admin'],
  'POST /v1/encryptions/:id/versions/:versionId/restore': ['app', 'admin'],
  'POST /v1/encryptions/:id/versions/:versionId/resume': ['admin'],
  'POST /v1/encryptions/:id/versions/:versionId/suspend': ['admin'],
  'POST /v1/encryptions/:id/rewrap': ['app', 'admin'],
  'POST /v1/export': ['admin'],
  'POST /v1/import': ['admin'],
  'POST /v1/reencrypt': ['app', 'admin'],
  'POST /v1/reencrypt/batch': ['app', 'admin'],
  'POST /v1/rotate': ['app', 'admin'],
  'POST /v1/tenants': ['operator'],
  'POST /v1/verify/batch': ['app', 'admin'],
};

const ADMITTED = 'admitted';

let service: ServiceApp;
let callers: Record<Kind, Credentials>;
let revoked: Credentials;
let expiring: Credentials;
let disabled: Credentials;

async function client(
  admin: Credentials,
  more: object = {},
): Promise<Credentials & { id: string }> {
  const body = { name: 'c', scopes: ['audit:read'], ...more };
  const { json } = await service.send('POST', '/v1/clients', { as: admin, body });
  return json as unknown as Credentials & { id: string };
}

beforeAll(async () => {
  service = await ServiceApp.start();
  const { app, admin } = await service.tenant();
  callers = { operator: service.operator, app, admin, auditor: await client(admin) };
  const gone = await client(admin);
  await service.send('DELETE', `/v1/clients/${gone.id}`, { as: admin });
  revoked = gone;
  expiring = await client(admin, {
    expiresAt: new Date(new SystemClock().nowMillis() + 700).toISOString(),
  });
  const other = await service.tenant();
  disabled = other.admin;
  await service.send('PATCH', `/v1/tenants/${other.tenantId}`, {
    as: service.operator,
    body: { state: 'disabled' },
  });
});

afterAll(async () => {
  await service.stop();
});

/** What came of authentication and rights: a broken body keeps the call from doing anything. */
async function decision(route: string, call: ServiceCall): Promise<string> {
  const [method = '', path = ''] = route.split(' ');
  const hasBody = method === 'POST' || method === 'PATCH';
  const { status, json } = await service.send(method, path.replace(':id', randomUUID()), {
    ...call,
    ...(hasBody ? { body: '{"broken' } : {}),
  });
  return status === 401 || status === 403 ? String(json['code']) : ADMITTED;
}

describe('the routes of the encryption service', () => {
  it('are exactly those of the table', () => {
    expect(service.replicas[0]?.routes.list()).toEqual(Object.keys(ROUTES).sort());
  });

  describe.each(Object.entries(ROUTES))('%s', (route, allowed) => {
    const isPublic = allowed === 'public';
    const refused = isPublic ? ADMITTED : 'unauthenticated';

    it.each(KINDS)('for the caller: %s', async (kind) => {
      const expected = isPublic || allowed.includes(kind) ? ADMITTED : 'forbidden';
      expect(await decision(route, { as: callers[kind] })).toBe(expected);
    });

    it('for a caller without credentials', async () => {
      expect(await decision(route, {})).toBe(refused);
    });

    it('for a wrong secret, and for an unknown key', async () => {
      const { apiKey, apiSecret } = callers.admin;
      expect(await decision(route, { as: { apiKey, apiSecret: callers.app.apiSecret } })).toBe(
        refused,
      );
      expect(await decision(route, { as: { apiKey: `kwc_${'0'.repeat(32)}`, apiSecret } })).toBe(
        refused,
      );
      expect(await decision(route, { as: { apiKey, apiSecret: 'x' } })).toBe(refused);
    });

    it('for a revoked client', async () => {
      expect(await decision(route, { as: revoked })).toBe(refused);
    });

    it('for the right credentials with another client certificate of the same CA', async () => {
      const expected = isPublic ? ADMITTED : 'forbidden';
      expect(await decision(route, { as: callers.admin, certificate: 'core' })).toBe(expected);
      expect(await decision(route, { as: callers.operator, certificate: 'core' })).toBe(expected);
    });

    it('for a client of a disabled tenant', async () => {
      expect(await decision(route, { as: disabled })).toBe(isPublic ? ADMITTED : 'forbidden');
    });
  });

  it('know an expired client no more', async () => {
    await expect
      .poll(() => decision('GET /v1/health', { as: expiring }), { timeout: 5_000 })
      .toBe('unauthenticated');
  });

  it('put a refusal for want of a scope on record', async () => {
    await service.send('POST', '/v1/rotate', { as: callers.auditor, body: {} });
    const { json } = await service.send('GET', '/v1/audit?outcome=forbidden&limit=1', {
      as: callers.auditor,
    });
    expect(json['items']).toMatchObject([{ operation: 'rotate', outcome: 'forbidden', items: 0 }]);
  });
});
