import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf, openReceipt, deriveServiceKeys } from '@app/crypto';
import { SecretBytes } from '@app/secret';
import { codeOf, KeysetCaller } from '../../../../../test/support/keyset-caller.js';
import { moveDestruction } from '../../../../../test/support/move-destruction.js';
import { type Credentials, ServiceApp, shape } from '../../../../../test/support/service-app.js';
import { THE_SERVICE } from '../../audit/service-entry.js';
import { Upkeep } from './upkeep.js';

const DAY_MILLIS = 24 * 60 * 60 * 1000;

let service: ServiceApp;
let admin: Credentials & { id: string };
let app: Credentials;

beforeAll(async () => {
  service = await ServiceApp.start(2);
  ({ admin, app } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

interface Rotated {
  readonly keyset: KeysetCaller;
  readonly old: string;
  readonly blob: Record<string, unknown>;
}

async function rotated(): Promise<Rotated> {
  const keyset = await KeysetCaller.make(service, admin);
  const blob = await service.blob(admin, keyset.id);
  await keyset.rotate();
  return { keyset, old: String(blob['encryptionVersionId']), blob };
}

function runUpkeep(replica = 0): Promise<void> {
  const upkeep = service.replicas[replica]?.nest.get(Upkeep);
  if (upkeep === undefined) throw new Error('there is no such replica');
  return upkeep.run();
}

async function untilDestroyed({ keyset, old }: Rotated): Promise<void> {
  await expect.poll(async () => (await keyset.version(old)).state).toBe('destroyed');
}

describe('a version that is to be destroyed', () => {
  it('is unusable at once, and is again what it was when it is restored', async () => {
    const { keyset, old, blob } = await rotated();
    const scheduled = await keyset.act(old, 'destroy');
    const days =
      (Date.parse(String(scheduled.json['destroyAt'])) -
        Date.parse(String(scheduled.headers['date']))) /
      DAY_MILLIS;
    expect([scheduled.status, scheduled.json['state'], Math.round(days)]).toEqual([
      200,
      'destroyScheduled',
      30,
    ]);
    expect(codeOf(await keyset.decrypt(blob))).toBe('version_not_usable');
    expect(codeOf(await keyset.act(old, 'destroy', { afterDays: 1 }))).toBe('conflict');
    const restored = await keyset.act(old, 'restore');
    expect(restored.json).toMatchObject({ state: 'deactivated' });
    expect(restored.json['destroyAt']).toBeUndefined();
    expect(codeOf(await keyset.decrypt(blob))).toBe(200);
    expect(codeOf(await keyset.act(old, 'restore'))).toBe('conflict');
  });

  it.each(['suspend', 'compromise'])('comes back as it was after %s', async (act) => {
    const { keyset, old } = await rotated();
    const { json } = await keyset.act(old, act);
    await keyset.act(old, 'destroy', { afterDays: 120 });
    expect((await keyset.act(old, 'restore')).json['state']).toBe(json['state']);
  });

  it('is not the active one', async () => {
    const { keyset } = await rotated();
    const active = String((await keyset.get()).json['activeVersionId']);
    expect(codeOf(await keyset.act(active, 'destroy'))).toBe('conflict');
  });

  it('has its key erased when the date has come, and a receipt then', async () => {
    const made = await rotated();
    const { keyset, old, blob } = made;
    await keyset.send('POST', '/v1/export', { encryptionId: keyset.id });
    const reply = await keyset.act(old, 'destroy', { afterDays: 0 });
    expect(reply.json['state']).toBe('destroyScheduled');
    expect(codeOf(await keyset.decrypt(blob))).toBe('version_destroyed');
    await untilDestroyed(made);
    const { payload, fingerprint } = openReceipt((await keyset.version(old)).receipt);
    const keys = deriveServiceKeys(
      SecretBytes.copyOf(Buffer.alloc(32, ServiceApp.serviceSecretByte)),
    );
    expect(fingerprint).toBe(fingerprintOf(keys.identity));
    expect(payload).toMatchObject({
      encryptionId: keyset.id,
      encryptionVersionId: old,
      number: 1,
      suite: 'AES-256-GCM',
      kekUri: 'local:default',
    });
    expect(payload.copiesMayExist.map(({ where }) => where)).toEqual([
      'database-backups',
      'export',
      'process-memory',
    ]);
    const rows = await service.test.asOwner(
      'select record, state from encryption_key_version where id = $1',
      [old],
    );
    expect(rows).toEqual([{ record: null, state: 'destroyed' }]);
    for (const act of ['suspend', 'resume', 'compromise', 'destroy', 'restore'])
      expect(codeOf(await keyset.act(old, act))).toBe('version_destroyed');
  });

  it('is on record as erased by the service itself', async () => {
    const made = await rotated();
    await made.keyset.act(made.old, 'destroy', { afterDays: 0 });
    await untilDestroyed(made);
    const records = await service.test.asOwner(
      "select client_id, version_id, outcome from audit_record where encryption_id = $1 and operation = 'erase-version'",
      [made.keyset.id],
    );
    expect(records).toEqual([{ client_id: THE_SERVICE, version_id: made.old, outcome: 'success' }]);
  });

  it('is not erased before its date, and once only by replicas that look at the same time', async () => {
    const made = await rotated();
    await made.keyset.act(made.old, 'destroy', { afterDays: 7 });
    await Promise.all([runUpkeep(0), runUpkeep(1), runUpkeep(0)]);
    expect((await made.keyset.version(made.old)).state).toBe('destroyScheduled');
  });
});

describe('a date that has come', () => {
  /** A version whose date comes in a moment. */
  async function dueIn(millis: number): Promise<Rotated> {
    const made = await rotated();
    await made.keyset.act(made.old, 'destroy', { afterDays: 1 });
    await moveDestruction(service, made.old, millis);
    return made;
  }

  it('is 410 also where nobody has erased the key yet', async () => {
    const { keyset, old, blob } = await dueIn(0);
    expect((await keyset.version(old)).state).toBe('destroyScheduled');
    expect(codeOf(await keyset.act(old, 'restore'))).toBe('version_destroyed');
    expect(codeOf(await keyset.decrypt(blob))).toBe('version_destroyed');
    expect(codeOf(await keyset.encrypt({ encryptionVersionId: old }))).toBe('version_not_usable');
    await runUpkeep(1);
    expect((await keyset.version(old)).state).toBe('destroyed');
  });

  it('and a restore at the same moment: exactly one wins', async () => {
    for (let turn = 0; turn < 8; turn += 1) {
      const { keyset, old, blob } = await dueIn(30);
      await sleep(20 + 3 * turn);
      const [restored] = await Promise.all([
        keyset.act(old, 'restore'),
        runUpkeep(0),
        runUpkeep(1),
      ]);
      const decrypted = codeOf(await keyset.decrypt(blob));
      const code = codeOf(restored);
      expect([code, decrypted]).toEqual(
        code === 200 ? [200, 200] : ['version_destroyed', 'version_destroyed'],
      );
    }
  });

  it('is not erased where the row was changed in the database', async () => {
    const { old } = await dueIn(60_000);
    await service.test.asOwner(
      'update encryption_key_version set destroy_at = now() where id = $1',
      [old],
    );
    const alarm = await runUpkeep(0).catch((error: unknown) => (error as { alarm?: string }).alarm);
    const [row] = await service.test.asOwner<{ there: boolean }>(
      'select record is not null as there from encryption_key_version where id = $1',
      [old],
    );
    expect([row?.there, alarm]).toEqual([true, 'row_integrity']);
    await service.test.asOwner(
      "update encryption_key_version set state = 'suspended' where id = $1",
      [old],
    );
  });
});

describe('who may have what destroyed', () => {
  it('by an app: in 7 days or more, and taken back by itself alone', async () => {
    const { keyset, old } = await rotated();
    const byApp = keyset.by(app);
    expect(codeOf(await byApp.act(old, 'destroy', { afterDays: 6 }))).toBe('forbidden');
    expect(codeOf(await byApp.act(old, 'destroy', { afterDays: 7 }))).toBe(200);
    expect(codeOf(await byApp.act(old, 'restore'))).toBe(200);
    await keyset.act(old, 'destroy');
    expect(codeOf(await byApp.act(old, 'restore'))).toBe('forbidden');
    expect(codeOf(await byApp.delete({ afterDays: 6 }))).toBe('forbidden');
    expect(codeOf(await byApp.delete({ afterDays: 7 }))).toBe(204);
    expect(codeOf(await byApp.act(old, 'restore'))).toBe('forbidden');
    expect(codeOf(await keyset.act(old, 'restore'))).toBe(200);
  });

  it('by nobody sooner than the operator says', async () => {
    const strict = await ServiceApp.start(1, undefined, { leastDestructionDays: 40 });
    const tenant = await strict.tenant();
    const keyset = await KeysetCaller.make(strict, tenant.admin);
    const old = String((await strict.blob(tenant.admin, keyset.id))['encryptionVersionId']);
    await keyset.rotate();
    const early = await keyset.act(old, 'destroy', { afterDays: 39 });
    expect(shape(early)).toEqual([400, 'invalid_request', 'afterDays']);
    expect(shape(await keyset.delete({ afterDays: 0 }))).toEqual([
      400,
      'invalid_request',
      'afterDays',
    ]);
    expect(codeOf(await keyset.act(old, 'destroy'))).toBe(200);
    await strict.stop();
  });

  it.each([-1, 121, 1.5, '7', null])('never after %s days', async (afterDays) => {
    const { keyset, old } = await rotated();
    expect(shape(await keyset.act(old, 'destroy', { afterDays }))).toEqual([
      400,
      'invalid_request',
      'afterDays',
    ]);
  });
});
