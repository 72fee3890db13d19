import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CutService } from '../support/cut-service.js';
import { activeVersionsOutOfOrder, recordedActs } from '../support/keys-in-order.js';
import { type Credentials, ServiceApp } from '../support/service-app.js';

type Json = Record<string, unknown>;

/** Each statement is a trial of its own. */
const TIMEOUT_MILLIS = 180_000;

let cut: CutService;
let exporter: ServiceApp;
let theirs: Credentials;
const tenantId = randomUUID();

beforeAll(async () => {
  cut = await CutService.start(tenantId);
  exporter = await ServiceApp.start();
  ({ admin: theirs } = await exporter.tenant(tenantId));
});

afterAll(async () => {
  await cut.stop();
  await exporter.stop();
});

describe(
  'an act whose connection is cut at each of its statements',
  { timeout: TIMEOUT_MILLIS },
  () => {
    it('rotates wholly or not at all, and a repeated call has one effect', async () => {
      const { id, blobs } = await cut.keyset();
      const versions = async (): Promise<number> => {
        const [row] = await cut.app.test.asOwner<{ n: number }>(
          'select count(*)::int as n from encryption_key_version where encryption_id = $1',
          [id],
        );
        return row?.n ?? 0;
      };
      let headers = { 'idempotency-key': randomUUID() };
      let before = await versions();
      const statements = await cut.proxy.cutAtEach(
        () => cut.post('/v1/rotate', { encryptionId: id }, headers),
        async (reply, hasCut) => {
          cut.expectHonest(reply, hasCut);
          await cut.expectInOrder(blobs);
          expect((await cut.post('/v1/rotate', { encryptionId: id }, headers)).status).toBe(200);
          expect(await versions()).toBe(before + 1);
          blobs.push(await cut.app.blob(cut.admin, id));
          before += 1;
          headers = { 'idempotency-key': randomUUID() };
        },
      );
      expect(statements).toBeGreaterThan(5);
      await cut.expectInOrder(blobs);
      expect(await recordedActs(cut.app, 'rotate')).toBe(before - 1);
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
      const statements = await cut.proxy.cutAtEach(
        () => cut.post('/v1/import', file),
        async (reply, hasCut) => {
          cut.expectHonest(reply, hasCut);
          expect(await activeVersionsOutOfOrder(cut.app)).toEqual([]);
          const [row] = await cut.app.test.asOwner<{ n: number }>(
            'select count(*)::int as n from encryption where id = any ($1)',
            [ids],
          );
          const isThere = row?.n === 2;
          expect(row?.n).toBe(isThere ? 2 : 0);
          expect((await cut.post('/v1/import', file)).status).toBe(isThere ? 409 : 201);
          imported += 2;
          await cut.expectInOrder(blobs);
          await prepare();
        },
      );
      expect(statements).toBeGreaterThan(8);
      expect(await recordedActs(cut.app, 'import')).toBe(imported);
    });

    it('rewraps every key or none', async () => {
      const { id, blobs } = await cut.keyset();
      let provider = 'next';
      const statements = await cut.proxy.cutAtEach(
        () => cut.post(`/v1/encryptions/${id}/rewrap`, { mode: 'platform', provider }),
        async (reply, hasCut) => {
          cut.expectHonest(reply, hasCut);
          await cut.expectInOrder(blobs);
          const again = await cut.post(`/v1/encryptions/${id}/rewrap`, {
            mode: 'platform',
            provider,
          });
          expect(again.json['masterKey']).toEqual({ mode: 'platform', provider });
          await cut.expectInOrder(blobs);
          provider = provider === 'next' ? 'default' : 'next';
        },
      );
      expect(statements).toBeGreaterThan(8);
    });
  },
);
