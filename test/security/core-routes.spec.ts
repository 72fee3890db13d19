import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Role, ROLES } from '../../apps/core-platform/src/access/policy.js';
import { CoreApp, type Sent } from '../support/core-app.js';

type Person = Awaited<ReturnType<CoreApp['person']>>;
type Kind = Role | 'stranger';

const KINDS: readonly Kind[] = [...ROLES, 'stranger'];

/** `public`: needs no credentials. `signed-in`: any person. Else the roles that may, in the tenant of the route. */
type Who = 'public' | 'signed-in' | readonly Role[];

/** Every route, and who may call it. A route that is missing here fails. */
const ROUTES: Readonly<Record<string, Who>> = {
  'DELETE /api/v1/tenants/:tenantId': ['owner'],
  'DELETE /api/v1/tenants/:tenantId/members/:userId': ['owner', 'admin'],
  'DELETE /api/v1/tenants/:tenantId/vault/:itemId': ['owner', 'admin', 'member'],
  'GET /.well-known/jwks.json': 'public',
  'GET /api/v1/audit': 'signed-in',
  'GET /api/v1/audit/export': 'signed-in',
  'GET /api/v1/openapi.json': 'public',
  'GET /api/v1/tenants': 'signed-in',
  'GET /api/v1/tenants/:tenantId': ['owner', 'admin', 'member', 'auditor'],
  'GET /api/v1/tenants/:tenantId/blobs': ['owner', 'admin'],
  'GET /api/v1/tenants/:tenantId/encryption': ['owner', 'admin'],
  'GET /api/v1/tenants/:tenantId/members': ['owner', 'admin', 'auditor'],
  'GET /api/v1/tenants/:tenantId/vault': ['owner', 'admin', 'member'],
  'GET /api/v1/tenants/:tenantId/vault/:itemId': ['owner', 'admin', 'member'],
  'GET /api/v1/tenants/:tenantId/versions': ['owner', 'admin', 'auditor'],
  'GET /api/v1/users/me': 'signed-in',
  'POST /api/v1/auth/hint': 'public',
  'POST /api/v1/auth/key-derivation': 'public',
  'POST /api/v1/auth/login': 'public',
  'POST /api/v1/auth/logout': 'signed-in',
  'POST /api/v1/auth/refresh': 'public',
  'POST /api/v1/auth/register': 'public',
  'POST /api/v1/auth/totp/confirm': 'signed-in',
  'POST /api/v1/auth/totp/disable': 'signed-in',
  'POST /api/v1/auth/totp/setup': 'signed-in',
  'POST /api/v1/tenants': 'signed-in',
  'POST /api/v1/tenants/:tenantId/export': ['owner', 'admin'],
  'POST /api/v1/tenants/:tenantId/members': ['owner', 'admin'],
  'POST /api/v1/tenants/:tenantId/rewrap': ['owner'],
  'POST /api/v1/tenants/:tenantId/rotate-keys': ['owner', 'admin'],
  'POST /api/v1/tenants/:tenantId/vault': ['owner', 'admin', 'member'],
  'PUT /api/v1/tenants/:tenantId': ['owner', 'admin'],
  'PUT /api/v1/tenants/:tenantId/encryption': ['owner', 'admin'],
  'PUT /api/v1/tenants/:tenantId/vault/:itemId': ['owner', 'admin', 'member'],
};

/** A right body for each route that takes one, so that a stranger gets as far as being told that there is no such tenant. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /api/v1/tenants/:tenantId/members': { username: 'nobody-at-all', role: 'member' },
  'POST /api/v1/tenants/:tenantId/rotate-keys': {},
  'POST /api/v1/tenants/:tenantId/vault': { type: 'note', data: '' },
  'PUT /api/v1/tenants/:tenantId': { name: 'x' },
  'PUT /api/v1/tenants/:tenantId/encryption': { masterKeyMode: 'client' },
  'PUT /api/v1/tenants/:tenantId/vault/:itemId': { type: 'note', data: '' },
};

let core: CoreApp;
let tenantId: string;
const people = {} as Record<Kind, Person>;

beforeAll(async () => {
  core = await CoreApp.start();
  for (const kind of KINDS) people[kind] = await core.person(`the-${kind}`);
  tenantId = await core.tenant(people.owner.token);
  await core.tenant(people.stranger.token);
  for (const role of ['admin', 'member', 'auditor'] as const) {
    const body = { username: people[role].username, role };
    await core.send('POST', `/tenants/${tenantId}/members`, { token: people.owner.token, body });
  }
});

afterAll(async () => {
  await core.stop();
});

function ask(route: string, sent: Sent): ReturnType<CoreApp['send']> {
  const [method = '', path = ''] = route.split(' ');
  const filled = path.replace(':tenantId', tenantId).replaceAll(/:[a-zA-Z]+/g, () => randomUUID());
  return core.send(method, filled.replace('/api/v1', ''), sent);
}

/** What came of authentication and rights: a broken body keeps the call from doing anything. */
async function decision(route: string, token: string | undefined): Promise<string> {
  const takesBody = !route.startsWith('GET');
  const { status, json } = await ask(route, { token, ...(takesBody ? { body: '{"broken' } : {}) });
  return status === 401 || status === 403 ? String(json['code']) : 'admitted';
}

const withRoles = Object.entries(ROUTES).filter(([, who]) => typeof who !== 'string');
const closed = Object.entries(ROUTES).filter(([, who]) => who !== 'public');

describe('the table of routes', () => {
  it('has every route of the running core, and no other', () => {
    expect(Object.keys(ROUTES).sort()).toEqual(core.app.routes.list());
  });

  it('is the one that OpenAPI tells', async () => {
    const { json } = await core.send('GET', '/openapi.json');
    const paths = json['paths'] as Record<string, Record<string, { security: unknown[] }>>;
    const told = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => [
        `${method.toUpperCase()} ${path.replaceAll(/\{([a-zA-Z]+)\}/g, ':$1')}`,
        security.length === 0,
      ]),
    );
    const known = Object.entries(ROUTES).map(([route, who]) => [route, who === 'public']);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(known));
  });
});

describe('a call', () => {
  it.each(closed)('without credentials is refused: %s', async (route) => {
    expect(await decision(route, undefined)).toBe('unauthenticated');
  });

  it.each(closed)('after logout is refused: %s', async (route) => {
    const { token, refreshToken } = await core.person('gone');
    await core.send('POST', '/auth/logout', { token, body: { refreshToken } });
    expect(await decision(route, token)).toBe('unauthenticated');
  });

  it.each(withRoles)('is admitted to its roles alone: %s', async (route, who) => {
    const decisions: [Role, string][] = [];
    for (const role of ROLES) decisions.push([role, await decision(route, people[role].token)]);
    expect(decisions).toEqual(
      ROLES.map((role) => [role, who.includes(role) ? 'admitted' : 'forbidden']),
    );
  });

  it.each(withRoles)('by a stranger finds no tenant: %s', async (route) => {
    const body = BODIES[route];
    const sent = body === undefined ? {} : { body };
    const { token } = people.stranger;
    const { json } = await ask(route, { token, ...sent });
    expect(json).toMatchObject({ status: 404, code: 'not_found' });
  });
});
