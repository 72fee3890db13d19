import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Upkeep } from '../../apps/encryption-service/src/keysets/life/upkeep.js';
import { CutService } from '../support/cut-service.js';
import { activeVersionsOutOfOrder, recordedActs } from '../support/keys-in-order.js';
import { KeysetCaller } from '../support/keyset-caller.js';
import { moveDestruction } from '../support/move-destruction.js';

/** Each statement is a trial of its own. */
const TIMEOUT_MILLIS = 180_000;

let cut: CutService;

beforeAll(async () => {
  cut = await CutService.start(randomUUID());
});

afterAll(async () => {
  await cut.stop();
});

/** An encryption with a version that another one has followed. */
async function rotated(): Promise<{
  keyset: KeysetCaller;
  old: string;
  blobs: Record<string, unknown>[];
}> {
  const keyset = await KeysetCaller.make(cut.app, cut.admin);
  const blobs = [await cut.app.blob(cut.admin, keyset.id)];
  await keyset.rotate();
  blobs.push(await cut.app.blob(cut.admin, keyset.id));
  return { keyset, old: String(blobs[0]?.['encryptionVersionId']), blobs };
}

describe(
  'an act on versions whose connection is cut at each of its statements',
  { timeout: TIMEOUT_MILLIS },
  () => {
    it('marks the active version as compromised with its successor, or not at all', async () => {
      let made = await rotated();
      let active = String((await made.keyset.get()).json['activeVersionId']);
      const statements = await cut.proxy.cutAtEach(
        () => made.keyset.act(active, 'compromise'),
        async (reply, hasCut) => {
          cut.expectHonest(reply, hasCut);
          expect(await activeVersionsOutOfOrder(cut.app)).toEqual([]);
          await made.keyset.act(active, 'compromise');
          expect(await made.keyset.states()).toEqual(['deactivated', 'compromised', 'active']);
          made = await rotated();
          active = String((await made.keyset.get()).json['activeVersionId']);
        },
      );
      expect(statements).toBeGreaterThan(8);
    });

    it('schedules a whole encryption or nothing of it, and takes it back likewise', async () => {
      const { keyset, old, blobs } = await rotated();
      const isScheduled = async (): Promise<boolean> => {
        const states = new Set(await keyset.states());
        expect(states.size === 1).toBe(states.has('destroyScheduled'));
        return states.has('destroyScheduled');
      };
      const deletion = await cut.proxy.cutAtEach(
        () => keyset.delete(),
        async (reply, hasCut) => {
          cut.expectHonest(reply, hasCut);
          if (await isScheduled()) await keyset.act(old, 'restore');
          await cut.expectInOrder(blobs);
        },
      );
      await keyset.delete();
      const restoring = await cut.proxy.cutAtEach(
        () => keyset.act(old, 'restore'),
        async (reply, hasCut) => {
          cut.expectHonest(reply, hasCut);
          if (await isScheduled()) await keyset.act(old, 'restore');
          await cut.expectInOrder(blobs);
          await keyset.delete();
        },
      );
      expect(Math.min(deletion, restoring)).toBeGreaterThan(8);
    });

    it('erases a key with its receipt and its record, or not at all', async () => {
      let made = await rotated();
      let erased = 0;
      const schedule = async (): Promise<void> => {
        made = await rotated();
        await made.keyset.act(made.old, 'destroy', { afterDays: 1 });
        await moveDestruction(cut.app, made.old, 0);
      };
      const runUpkeep = async (): Promise<unknown> =>
        cut.app.replicas[0]?.nest
          .get(Upkeep)
          .run()
          .catch((error: unknown) => error);
      await schedule();
      const statements = await cut.proxy.cutAtEach(runUpkeep, async () => {
        const [row] = await cut.app.test.asOwner<{ state: string; key: boolean; receipt: boolean }>(
          'select state, record is not null as key, receipt is not null as receipt from encryption_key_version where id = $1',
          [made.old],
        );
        const isErased = row?.state === 'destroyed';
        expect(row).toEqual({
          state: isErased ? 'destroyed' : 'destroyScheduled',
          key: !isErased,
          receipt: isErased,
        });
        erased += 1;
        const runAndCount = async (): Promise<number> => {
          // The server may still hold the lock for the connection that was cut.
          await runUpkeep();
          return recordedActs(cut.app, 'erase-version');
        };
        await expect.poll(runAndCount).toBe(erased);
        expect(await activeVersionsOutOfOrder(cut.app)).toEqual([]);
        await schedule();
      });
      expect(statements).toBeGreaterThan(8);
    });
  },
);
