import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { RandomIdentifiers } from '@app/ambient';
import { type ApiCredentials, readCredentials } from './credentials.js';
import { DataFolder } from './data-folder.js';
import { credentialsProblem, ensureFirstTenant } from './first-tenant.js';
import type { ServiceAnswer } from './service-caller.js';

const OPERATOR = { apiKey: 'operator', apiSecret: 's' };
const APP = { apiKey: 'app', apiSecret: 's1' };
const ADMIN = { apiKey: 'admin', apiSecret: 's2' };
const MADE = { status: 201, body: { clients: { app: APP, admin: ADMIN } } };

/** An encryption service that answers what it was given, in order, and notes what it was asked. */
class Service {
  readonly asked: string[] = [];
  readonly #answers: (ServiceAnswer | Error)[];

  constructor(...answers: (ServiceAnswer | Error)[]) {
    this.#answers = answers;
  }

  call(method: string, path: string, { apiKey }: ApiCredentials): Promise<ServiceAnswer> {
    this.asked.push(`${apiKey} ${method} ${path}`);
    const answer = this.#answers.shift();
    if (answer === undefined) throw new Error('asked once too often');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }
}

let path: string;
let folder: DataFolder;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'tenant-'));
  folder = new DataFolder(path);
});
afterEach(() => {
  rmSync(path, { recursive: true });
});

function ensure(service: Service) {
  const credentials = readCredentials(folder, new RandomIdentifiers());
  return ensureFirstTenant(folder, credentials, service, OPERATOR);
}

describe('ensureFirstTenant', () => {
  it('makes tenant and encryption once', async () => {
    const service = new Service(MADE, { status: 201, body: {} });
    const tenant = await ensure(service);
    expect(service.asked).toEqual(['operator POST /v1/tenants', 'admin POST /v1/encryptions']);
    expect(await ensure(new Service())).toEqual(tenant);
  });

  it('asks for the same tenant again when a start was broken off before it had an answer', async () => {
    const before = readCredentials(folder, new RandomIdentifiers()).tenant.tenantId;
    await expect(ensure(new Service(new Error('killed')))).rejects.toThrow('killed');
    const tenant = await ensure(new Service(MADE, { status: 201, body: {} }));
    expect(tenant.tenantId).toBe(before);
  });

  it('goes on with the encryption when a start was broken off after the tenant', async () => {
    await expect(ensure(new Service(MADE, new Error('killed')))).rejects.toThrow('killed');
    const again = new Service({ status: 409, body: { code: 'already_exists' } });
    expect((await ensure(again)).hasEncryption).toBe(true);
    expect(again.asked).toEqual(['admin POST /v1/encryptions']);
  });

  it('says what the service answered when it refuses', async () => {
    const service = new Service({ status: 403, body: { code: 'forbidden' } });
    await expect(ensure(service)).rejects.toMatchObject({
      code: 'setup_failed',
      message: expect.stringContaining('403 (forbidden)') as string,
    });
  });
});

describe('credentialsProblem', () => {
  it('tells when the stored credentials are refused', async () => {
    const tenant = await ensure(new Service(MADE, { status: 201, body: {} }));
    expect(
      await credentialsProblem(new Service({ status: 200, body: {} }), tenant),
    ).toBeUndefined();
    const refused = await credentialsProblem(new Service({ status: 401, body: {} }), tenant);
    expect(refused).toContain('401');
  });
});
