import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
} from '../../../../test/support/service-app.js';

let service: ServiceApp;
let admin: Credentials & { id: string };
let encryptionId: string;

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin } = await service.tenant());
  encryptionId = await service.encryption(admin);
});

afterAll(async () => {
  await service.stop();
});

function make(more: object, as: Credentials = admin): Promise<ServiceReply> {
  return service.send('POST', '/v1/clients', {
    as,
    body: { name: 'c', scopes: ['encrypt'], ...more },
  });
}

function codeOf({ status, json }: ServiceReply): unknown {
  return json['code'] ?? status;
}

const HEX = 'a'.repeat(64);

describe('a client', () => {
  it('is bound to the public key of the certificate that made it, unless another is given', async () => {
    const { json } = await make({});
    const as = json as unknown as Credentials;
    expect(codeOf(await service.send('GET', '/v1/health', { as }))).toBe(200);
    expect(codeOf(await service.send('GET', '/v1/health', { as, certificate: 'core' }))).toBe(
      'forbidden',
    );
  });

  it.each(['client', 'core'] as const)(
    'bound by the name of a certificate is known with %s',
    async (certificate) => {
      const { json } = await make({
        certificate: { san: `urn:keyward:development:${certificate}` },
      });
      const as = json as unknown as Credentials;
      expect(codeOf(await service.send('GET', '/v1/health', { as, certificate }))).toBe(200);
    },
  );

  it('bound to none is known with any certificate of the CA', async () => {
    const { json } = await make({ unbound: true });
    const as = json as unknown as Credentials;
    for (const certificate of ['client', 'core'] as const) {
      expect(codeOf(await service.send('GET', '/v1/health', { as, certificate }))).toBe(200);
    }
  });

  it.each([
    [{ certificate: {} }, 'certificate'],
    [{ certificate: { sha256: HEX, san: 'x' } }, 'certificate'],
    [{ certificate: { sha256: 'zz' } }, 'certificate.sha256'],
    [{ certificate: { sha256: HEX }, unbound: true }, 'unbound'],
    [{ unbound: false }, 'unbound'],
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['tenants:manage'] }, 'scopes'],
    [{ scopes: ['encrypt', 'encrypt'] }, 'scopes'],
    [{ encryptionIds: ['x'] }, 'encryptionIds'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    [{ expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ limits: { requestsPerSecond: 0 } }, 'limits.requestsPerSecond'],
    [{ limits: { decryptItemsPerDay: 1.5 } }, 'limits.decryptItemsPerDay'],
    [{ limits: { everything: 1 } }, 'limits.everything'],
    [{ name: '' }, 'name'],
  ])('is refused with %j, naming the field', async (more, field) => {
    const { status, json } = await make(more);
    expect([status, (json['errors'] as { field: string }[])[0]?.field]).toEqual([400, field]);
  });

  it('sees only its encryptions, where it has some', async () => {
    const other = await service.encryption(admin);
    const { json } = await make({
      scopes: ['encrypt', 'keys:read', 'rotate'],
      encryptionIds: [encryptionId],
    });
    const as = json as unknown as Credentials;
    const use = (id: string) =>
      service.send('POST', '/v1/encrypt', { as, body: { encryptionId: id, data: '' } });
    expect(codeOf(await use(encryptionId))).toBe(200);
    expect(codeOf(await use(other))).toBe('not_found');
    expect(codeOf(await service.send('GET', `/v1/encryptions/${other}`, { as }))).toBe('not_found');
    expect(
      codeOf(await service.send('POST', '/v1/rotate', { as, body: { encryptionId: other } })),
    ).toBe('not_found');
    const list = await service.send('GET', '/v1/encryptions', { as });
    expect(
      (list.json['items'] as { encryptionId: string }[]).map((item) => item.encryptionId),
    ).toEqual([encryptionId]);
  });

  it('grants no scope, no encryption and no day more than it has', async () => {
    const expiresAt = '2099-01-01T00:00:00Z';
    const scopes = ['clients:manage', 'encrypt'];
    const manager = (await make({ scopes, encryptionIds: [encryptionId], expiresAt }))
      .json as unknown as Credentials;
    const all = { encryptionIds: [encryptionId], expiresAt };
    expect(codeOf(await make(all, manager))).toBe(201);
    expect(codeOf(await make({ ...all, scopes: ['decrypt'] }, manager))).toBe('forbidden');
    expect(codeOf(await make({ expiresAt }, manager))).toBe('forbidden');
    expect(codeOf(await make({ ...all, encryptionIds: [randomUUID()] }, manager))).toBe(
      'forbidden',
    );
    expect(codeOf(await make({ encryptionIds: [encryptionId] }, manager))).toBe('forbidden');
    const patch = { as: manager, body: { certificates: [{ sha256: HEX }] } };
    expect(codeOf(await service.send('PATCH', `/v1/clients/${admin.id}`, patch))).toBe('forbidden');
  });

  it('changes its certificates to one or two, both good at once', async () => {
    const { json } = await make({ scopes: ['encrypt'] });
    const as = json as unknown as Credentials;
    const patch = (certificates: object[]) =>
      service.send('PATCH', `/v1/clients/${String(json['id'])}`, {
        as: admin,
        body: { certificates },
      });
    const [one, two] = ['client', 'core'].map((name) => ({
      san: `urn:keyward:development:${name}`,
    }));
    expect(codeOf(await patch([one ?? {}, two ?? {}]))).toBe(200);
    for (const certificate of ['client', 'core'] as const) {
      expect(codeOf(await service.send('GET', '/v1/health', { as, certificate }))).toBe(200);
    }
    expect(codeOf(await patch([]))).toBe('invalid_request');
    expect(codeOf(await patch([{ sha256: HEX }, { sha256: HEX }, { sha256: HEX }]))).toBe(
      'invalid_request',
    );
  });

  it('that was revoked is gone at once, and its secret is in no list', async () => {
    const { json } = await make({});
    const as = json as unknown as Credentials;
    const path = `/v1/clients/${String(json['id'])}`;
    expect((await service.send('DELETE', path, { as: admin })).status).toBe(204);
    expect(codeOf(await service.send('GET', '/v1/health', { as }))).toBe('unauthenticated');
    expect(codeOf(await service.send('DELETE', path, { as: admin }))).toBe('not_found');
    const list = await service.send('GET', '/v1/clients?limit=200', { as: admin });
    expect(list.text).not.toContain(String(json['id']));
    expect(list.text).not.toContain('apiSecret');
    expect(list.text).not.toContain(as.apiSecret);
  });

  it('that is the last one to manage clients stays', async () => {
    const tenant = await service.tenant();
    const path = `/v1/clients/${tenant.admin.id}`;
    expect(codeOf(await service.send('DELETE', path, { as: tenant.admin }))).toBe('conflict');
  });
});

describe('the management of a tenant', () => {
  it('is never left to a client that ends', async () => {
    const tenant = await service.tenant();
    const as = tenant.admin;
    const scopes = ['clients:manage'];
    const expiresAt = '2099-01-01T00:00:00Z';
    const patch = () =>
      service.send('PATCH', `/v1/clients/${tenant.admin.id}`, { as, body: { expiresAt } });
    expect(codeOf(await make({ scopes, expiresAt }, as))).toBe(201);
    expect(codeOf(await patch())).toBe('conflict');
    expect(codeOf(await service.send('DELETE', `/v1/clients/${tenant.admin.id}`, { as }))).toBe(
      'conflict',
    );
    expect(codeOf(await make({ scopes }, as))).toBe(201);
    expect(codeOf(await patch())).toBe(200);
  });

  it('keeps the records of other encryptions from a client that reaches only some', async () => {
    const other = await service.encryption(admin);
    await service.blob(admin, other);
    await service.blob(admin, encryptionId);
    const { json } = await make({ scopes: ['audit:read'], encryptionIds: [encryptionId] });
    const as = json as unknown as Credentials;
    const { items } = (await service.send('GET', '/v1/audit?limit=200', { as })).json as {
      items: { encryptionId?: string }[];
    };
    expect(new Set(items.map((item) => item.encryptionId))).toEqual(new Set([encryptionId]));
    const asked = await service.send('GET', `/v1/audit?encryptionId=${other}`, { as });
    expect(asked.json['items']).toEqual([]);
  });

  it('has a record of the right secret with another certificate, and of a disabled tenant', async () => {
    const tenant = await service.tenant();
    await service.send('GET', '/v1/health', { as: tenant.app, certificate: 'core' });
    await service.send('PATCH', `/v1/tenants/${tenant.tenantId}`, {
      as: service.operator,
      body: { state: 'disabled' },
    });
    await service.send('GET', '/v1/health', { as: tenant.app });
    const rows = await service.test.asOwner<{ outcome: string }>(
      "select outcome from audit_record where tenant_id = $1 and operation = 'any-caller'",
      [tenant.tenantId],
    );
    expect(rows.map(({ outcome }) => outcome)).toEqual(['forbidden', 'forbidden']);
  });
});

describe('a tenant', () => {
  const tenantOf = (body: object, as = service.operator) =>
    service.send('POST', '/v1/tenants', { as, body: { name: 't', ...body } });

  it('is made again with new credentials while it has no encryption, by the same operator alone', async () => {
    const tenantId = randomUUID();
    const first = (await tenantOf({ tenantId })).json['clients'] as { app: Credentials };
    expect(codeOf(await tenantOf({ tenantId }, service.otherOperator))).toBe('forbidden');
    const stranger = {
      as: service.otherOperator,
      certificate: 'core' as const,
      body: { tenantId, name: 't' },
    };
    expect(codeOf(await service.send('POST', '/v1/tenants', stranger))).toBe('already_exists');
    const second = (await tenantOf({ tenantId })).json['clients'] as { app: Credentials };
    expect(codeOf(await service.send('GET', '/v1/health', { as: first.app }))).toBe(
      'unauthenticated',
    );
    expect(codeOf(await service.send('GET', '/v1/health', { as: second.app }))).toBe(200);
    await service.encryption(second.app);
    expect(codeOf(await tenantOf({ tenantId }))).toBe('already_exists');
  });

  it('of another operator is not to be found', async () => {
    const { tenantId } = await service.tenant();
    const as = service.otherOperator;
    const patch = { as, certificate: 'core' as const, body: { state: 'disabled' } };
    expect(codeOf(await service.send('PATCH', `/v1/tenants/${tenantId}`, patch))).toBe('not_found');
    const list = await service.send('GET', '/v1/tenants', { as, certificate: 'core' });
    expect(list.text).not.toContain(tenantId);
  });

  it('can be disabled and enabled, and renamed', async () => {
    const tenant = await service.tenant();
    const patch = (body: object) =>
      service.send('PATCH', `/v1/tenants/${tenant.tenantId}`, { as: service.operator, body });
    expect((await patch({ state: 'disabled', name: 'new' })).json).toMatchObject({
      state: 'disabled',
      name: 'new',
    });
    expect(codeOf(await service.send('GET', '/v1/health', { as: tenant.app }))).toBe('forbidden');
    await patch({ state: 'enabled' });
    expect(codeOf(await service.send('GET', '/v1/health', { as: tenant.app }))).toBe(200);
  });

  it('may have the same encryption id and name as another', async () => {
    const [one, two] = [await service.tenant(), await service.tenant()];
    const id = randomUUID();
    const make2 = (as: Credentials, more: object) =>
      service.send('POST', '/v1/encryptions', {
        as,
        body: { masterKey: { mode: 'platform' }, encryptionId: id, name: 'n', ...more },
      });
    expect(codeOf(await make2(one.admin, {}))).toBe(201);
    expect(codeOf(await make2(two.admin, {}))).toBe(201);
    expect(codeOf(await make2(two.admin, {}))).toBe('already_exists');
    expect(codeOf(await make2(two.admin, { encryptionId: randomUUID() }))).toBe('already_exists');
    expect(
      codeOf(
        await make2(two.admin, {
          name: 'm',
          algorithm: 'AES-128-GCM',
          encryptionId: randomUUID(),
        }),
      ),
    ).toBe('unsupported_algorithm');
    expect(codeOf(await make2(two.admin, { name: 'm', masterKey: { mode: 'other' } }))).toBe(
      'invalid_request',
    );
    expect(
      codeOf(
        await make2(two.admin, { name: 'm', masterKey: { mode: 'platform', provider: 'none' } }),
      ),
    ).toBe('invalid_request');
  });
});
