import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CuttingProxy, startBehindProxy } from '../support/cutting-proxy.js';
import {
  activeVersionsOutOfOrder,
  keysUnderSeveral,
  recordedActs,
} from '../support/keys-in-order.js';
import { type Credentials, ServiceApp, type ServiceReply } from '../support/service-app.js';

type Json = Record<string, unknown>;

/** Each statement is a trial of its own. */
const TIMEOUT_MILLIS = 180_000;

let service: ServiceApp;
let proxy: CuttingProxy;
let exporter: ServiceApp;
let admin: Credentials;
let theirs: Credentials;
const tenantId = randomUUID();

beforeAll(async () => {
  const masterKeys = { default: ServiceApp.masterKeyByte, next: 10 };
  // Nothing else asks the database anything while an act is cut.
  service = await ServiceApp.start(
    1,
    async (databases) => {
      const started = await startBehindProxy(databases);
      ({ proxy } = started);
      return started.server;
    },
    { masterKeys, hearsChanges: false },
  );
  exporter = await ServiceApp.start();
  ({ admin } = await service.tenant(tenantId));
  ({ admin: theirs } = await exporter.tenant(tenantId));
});

afterAll(async () => {
  await service.stop();
  await exporter.stop();
});

function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<ServiceReply> {
  return service.send('POST', path, { as: admin, body, headers });
}

/** What a call that was cut may say; everything else is a call that nobody can repeat. */
function expectHonest(
  { status, json }: ServiceReply,
  done: readonly number[],
  hasCut: boolean,
): void {
  if (done.includes(status)) return;
  expect([hasCut, status]).toEqual([true, 503]);
  expect(['database_unavailable', 'audit_unavailable']).toContain(json['code']);
}

async function expectInOrder(blobs: readonly Json[]): Promise<void> {
  expect(await activeVersionsOutOfOrder(service)).toEqual([]);
  expect(await keysUnderSeveral(service)).toEqual([]);
  const opened = await Promise.all(blobs.map((blob) => post('/v1/decrypt', blob)));
  expect(opened.map(({ json }) => json['data'])).toEqual(blobs.map(() => 'a secret'));
}

async function keyset(): Promise<{ id: string; blobs: Json[] }> {
  const id = await service.encryption(admin);
  const blobs = [await service.blob(admin, id)];
  await post('/v1/rotate', { encryptionId: id });
  blobs.push(await service.blob(admin, id));
  return { id, blobs };
}

describe(
  'an act whose connection is cut at each of its statements',
  { timeout: TIMEOUT_MILLIS },
  () => {
    it('rotates wholly or not at all, and a repeated call has one effect', async () => {
      const { id, blobs } = await keyset();
      const versions = async (): Promise<number> => {
        const [row] = await service.test.asOwner<{ n: number }>(
          'select count(*)::int as n from encryption_key_version where encryption_id = $1',
          [id],
        );
        return row?.n ?? 0;
      };
      let headers = { 'idempotency-key': randomUUID() };
      let before = await versions();
      const statements = await proxy.cutAtEach(
        () => post('/v1/rotate', { encryptionId: id }, headers),
        async (reply, hasCut) => {
          expectHonest(reply, [200], hasCut);
          await expectInOrder(blobs);
          expect((await post('/v1/rotate', { encryptionId: id }, headers)).status).toBe(200);
          expect(await versions()).toBe(before + 1);
          blobs.push(await service.blob(admin, id));
          before += 1;
          headers = { 'idempotency-key': randomUUID() };
        },
      );
      expect(statements).toBeGreaterThan(5);
      await expectInOrder(blobs);
      expect(await recordedActs(service, 'rotate')).toBe(before - 1);
    });

    it('imports all or nothing', async () => {
      let file: Json = {};
      let blobs: Json[] = [];
      let ids: string[] = [];
      const prepare = async (): Promise<void> => {
        ids = [await exporter.encryption(theirs), await exporter.encryption(theirs)];
        blobs = await Promise.all(ids.map((id) => exporter.blob(theirs, id)));
        const body = { encryptionId: ids };
        file = (await exporter.send('POST', '/v1/export', { as: theirs, body })).json;
      };
      await prepare();
      let imported = 0;
      const statements = await proxy.cutAtEach(
        () => post('/v1/import', file),
        async (reply, hasCut) => {
          expectHonest(reply, [201], hasCut);
          expect(await activeVersionsOutOfOrder(service)).toEqual([]);
          const [row] = await service.test.asOwner<{ n: number }>(
            'select count(*)::int as n from encryption where id = any ($1)',
            [ids],
          );
          const isThere = row?.n === 2;
          expect(row?.n).toBe(isThere ? 2 : 0);
          expect((await post('/v1/import', file)).status).toBe(isThere ? 409 : 201);
          imported += 2;
          await expectInOrder(blobs);
          await prepare();
        },
      );
      expect(statements).toBeGreaterThan(8);
      expect(await recordedActs(service, 'import')).toBe(imported);
    });

    it('rewraps every key or none', async () => {
      const { id, blobs } = await keyset();
      let provider = 'next';
      const statements = await proxy.cutAtEach(
        () => post(`/v1/encryptions/${id}/rewrap`, { mode: 'platform', provider }),
        async (reply, hasCut) => {
          expectHonest(reply, [200], hasCut);
          await expectInOrder(blobs);
          const again = await post(`/v1/encryptions/${id}/rewrap`, { mode: 'platform', provider });
          expect(again.json['masterKey']).toEqual({ mode: 'platform', provider });
          await expectInOrder(blobs);
          provider = provider === 'next' ? 'default' : 'next';
        },
      );
      expect(statements).toBeGreaterThan(8);
    });
  },
);
