import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, ServiceApp, type ServiceCall } from '../support/service-app.js';

const STORM_MILLIS = 4_000;

let service: ServiceApp;
let killer: pg.Client;
let app: Credentials;
let calls: readonly (readonly [method: string, path: string, call: ServiceCall])[];

beforeAll(async () => {
  service = await ServiceApp.start();
  const tenant = await service.tenant();
  ({ app } = tenant);
  const { admin } = tenant;
  const encryptionId = await service.encryption(admin);
  const blob = await service.blob(app, encryptionId);
  calls = [
    ['POST', '/v1/encrypt', { as: app, body: { encryptionId, data: 'more' } }],
    ['POST', '/v1/decrypt', { as: app, body: blob }],
    ['POST', '/v1/encryptions', { as: admin, body: { masterKey: { mode: 'platform' } } }],
    ['GET', `/v1/encryptions/${encryptionId}`, { as: admin }],
    ['POST', '/v1/clients', { as: admin, body: { name: 'another', scopes: ['audit:read'] } }],
    ['GET', '/v1/audit', { as: admin }],
  ];
  killer = new pg.Client({ connectionString: service.test.connection.ownerUrl.expose() });
  await killer.connect();
});

afterAll(async () => {
  await killer.end();
  await service.stop();
});

describe('the encryption service on a database that ends connections at random', () => {
  it('answers a call or says database_unavailable or audit_unavailable, and nothing else', async () => {
    const answers = new Set<string>();
    const storm = AbortSignal.timeout(STORM_MILLIS);
    const callers = Array.from({ length: 12 }, async (_, start) => {
      for (let turn = start; !storm.aborted; turn += 1) {
        const [method, path, call] = calls[turn % calls.length] ?? ['GET', '/v1/health', {}];
        const { status, json } = await service.send(method, path, call);
        answers.add(status < 300 ? 'done' : String(json['code']));
      }
    });
    while (!storm.aborted) {
      await killer.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'encryption-service' order by random() limit 2",
      );
      await sleep(10);
    }
    await Promise.all(callers);
    const allowed = ['audit_unavailable', 'database_unavailable', 'done'];
    expect([...answers].filter((said) => !allowed.includes(said))).toEqual([]);
    expect(answers).toContain('done');
  });
});
