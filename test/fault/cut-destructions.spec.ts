import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReceipt } from '@app/crypto';
import { EraseKeys } from '../../apps/encryption-service/src/keysets/life/erase-keys.js';
import { Upkeep } from '../../apps/encryption-service/src/keysets/life/upkeep.js';
import { CutService } from '../support/cut-service.js';
import { recordedActs } from '../support/keys-in-order.js';
import type { ServiceReply } from '../support/service-app.js';

type Json = Record<string, unknown>;

/** Each statement is a trial of its own. */
const TIMEOUT_MILLIS = 180_000;

let cut: CutService;

beforeAll(async () => {
  cut = await CutService.start();
});

afterAll(async () => {
  await cut.stop();
});

function part<T extends object>(kind: new (...parts: never[]) => T): T {
  const found = cut.app.replicas[0]?.nest.get<T>(kind);
  if (found === undefined) throw new Error('there is no replica');
  return found;
}

async function rowOf(versionId: unknown): Promise<Json> {
  const [row] = await cut.app.test.asOwner<Json>(
    'select state, record, receipt from encryption_key_version where id = $1',
    [versionId],
  );
  return row ?? {};
}

/** A version that is to go, and blobs that are to stay. */
interface Doomed {
  readonly path: string;
  readonly versionId: unknown;
  readonly blob: Json;
  readonly others: readonly Json[];
}

async function doomed(afterDays?: number): Promise<Doomed> {
  const { id, blobs } = await cut.keyset();
  const [blob = {}, ...others] = blobs;
  const versionId = blob['encryptionVersionId'];
  const path = `/v1/encryptions/${id}/versions/${String(versionId)}`;
  if (afterDays !== undefined) await cut.post(`${path}/destroy`, { afterDays });
  return { path, versionId, blob, others };
}

describe('a destruction whose connection is cut at each of its statements', () => {
  it.each([
    ['scheduled', 'destroy', { afterDays: 30 }, undefined, 'destroyScheduled'],
    ['taken back', 'restore', {}, 30, 'deactivated'],
  ])(
    'is %s wholly or not at all',
    async (_, act, body, scheduledBefore, after) => {
      let one = await doomed(scheduledBefore);
      const statements = await cut.proxy.cutAtEach(
        () => cut.post(`${one.path}/${act}`, body),
        async (reply, hasCut) => {
          cut.expectHonest(reply, hasCut);
          await cut.expectInOrder(one.others);
          // Now, or by the call that was cut.
          expect([200, 409]).toContain((await cut.post(`${one.path}/${act}`, body)).status);
          expect(await rowOf(one.versionId)).toMatchObject({ state: after, receipt: null });
          const isReadable = after === 'deactivated';
          await cut.expectInOrder(isReadable ? [one.blob, ...one.others] : one.others);
          one = await doomed(scheduledBefore);
        },
      );
      expect(statements).toBeGreaterThan(5);
    },
    TIMEOUT_MILLIS,
  );

  it(
    'erases a key with its receipt, or leaves it',
    async () => {
      let one = await doomed();
      let destroyed = 0;
      const destroy = async (): Promise<ServiceReply> => {
        const reply = await cut.post(`${one.path}/destroy`, { afterDays: 0 });
        await part(EraseKeys).ended();
        return reply;
      };
      const statements = await cut.proxy.cutAtEach(destroy, async (reply, hasCut) => {
        cut.expectHonest(reply, hasCut);
        await cut.expectInOrder(one.others);
        const { state, record, receipt } = await rowOf(one.versionId);
        expect([record === null, receipt !== null]).toEqual(Array(2).fill(state === 'destroyed'));
        if (state === 'deactivated') await destroy();
        // What was scheduled and could not be erased at once is for the scheduler.
        await part(Upkeep).run();
        const erased = await rowOf(one.versionId);
        expect(erased).toMatchObject({ state: 'destroyed', record: null });
        const { payload } = openReceipt(erased['receipt']);
        expect(payload.encryptionVersionId).toBe(one.versionId);
        destroyed += 1;
        expect((await cut.post('/v1/decrypt', one.blob)).json['code']).toBe('version_destroyed');
        await cut.expectInOrder(one.others);
        one = await doomed();
      });
      expect(statements).toBeGreaterThan(10);
      expect(await recordedActs(cut.app, 'erase-version')).toBe(destroyed);
    },
    TIMEOUT_MILLIS,
  );
});
