import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RandomIdentifiers, SystemClock } from '@app/ambient';
import { deriveServiceKeys } from '@app/crypto';
import { type Database, openAsOwner } from '@app/persistence';
import { SecretBytes } from '@app/secret';
import { clientKey, ClientKeyset } from '../../../../../test/support/client-keys.js';
import {
  type Credentials,
  openMasterKeys,
  ServiceApp,
} from '../../../../../test/support/service-app.js';
import { TypeormAuditLog } from '../../audit/audit-log.typeorm.js';
import { entryOfService, THE_SERVICE } from '../../audit/service-entry.js';
import { RowSeals } from '../../integrity/row-seals.js';
import { makeMasterKeys } from '../../master-key/make-master-keys.js';
import { rewrapOuterKeys } from '../../master-key/rewrap-outer-keys.js';
import { SCHEMA } from '../../schema.js';
import { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import { type MoveReport, RewrapAll } from './rewrap-all.js';
import { RewrapVersions } from './rewrap-versions.js';

const KEYS = { default: ServiceApp.masterKeyByte, next: 10 };
const MOVE = { from: 'default', fromUri: 'local:default', to: 'next' };

let service: ServiceApp;
let owner: Database;
let admin: Credentials;
let tenantId: string;

beforeAll(async () => {
  service = await ServiceApp.start(1, undefined, { masterKeys: KEYS });
  owner = await openAsOwner(SCHEMA, service.test.connection);
});

beforeEach(async () => {
  ({ admin, tenantId } = await service.tenant());
});

afterAll(async () => {
  await owner.close();
  await service.stop();
});

function sealedRows(): KeysetRows {
  const secret = SecretBytes.copyOf(Buffer.alloc(32, ServiceApp.serviceSecretByte));
  return new KeysetRows(new RowSeals(deriveServiceKeys(secret)));
}

async function rewrapAll(masterKeys: Record<string, number> = KEYS): Promise<RewrapAll> {
  const clock = new SystemClock();
  const { database } = service.test;
  const rows = sealedRows();
  const opened = makeMasterKeys(
    database,
    await openMasterKeys(masterKeys),
    new RandomIdentifiers(),
  );
  return new RewrapAll(
    owner,
    database,
    rows,
    new RewrapVersions(rows, opened.masterKeys),
    new TypeormAuditLog(database, clock),
    (place, items) =>
      entryOfService({
        ...place,
        operation: 'rewrap',
        requestId: 'run',
        items,
        accessReason: 'why',
      }),
    clock,
  );
}

async function run(masterKeys?: Record<string, number>): Promise<MoveReport> {
  const all = await rewrapAll(masterKeys);
  return all.run({ ...MOVE, tenantId }, () => undefined);
}

async function some(count: number): Promise<{ id: string; blobs: object[] }[]> {
  const made = [];
  for (let i = 0; i < count; i += 1) {
    const id = await service.encryption(admin);
    const blobs = [await service.blob(admin, id)];
    await service.send('POST', '/v1/rotate', { as: admin, body: { encryptionId: id } });
    blobs.push(await service.blob(admin, id));
    made.push({ id, blobs });
  }
  return made;
}

async function opened(blob: object): Promise<unknown> {
  return (await service.send('POST', '/v1/decrypt', { as: admin, body: blob })).json['data'];
}

async function urisOf(id: string): Promise<unknown[]> {
  const rows = await service.test.asOwner<{ uri: string }>(
    "select record ->> 'kekUri' as uri from encryption_key_version where encryption_id = $1",
    [id],
  );
  return rows.map(({ uri }) => uri);
}

describe('a rewrap of all encryptions', () => {
  it('moves every key of every state, counts them, and leaves every blob readable', async () => {
    const made = await some(5);
    const [off] = made;
    const disable = { as: admin, body: { state: 'disabled' } };
    await service.send('PATCH', `/v1/encryptions/${off?.id ?? ''}`, disable);
    const all = await rewrapAll();
    const move = { ...MOVE, tenantId };
    expect(await all.count(move)).toBe(5);
    const seen: number[] = [];
    const report = await all.run(move, ({ done }) => seen.push(done));
    expect(report).toEqual({ done: 5, failed: [], isBrokenOff: false });
    expect(seen.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(await all.count(move)).toBe(0);
    const enable = { as: admin, body: { state: 'enabled' } };
    await service.send('PATCH', `/v1/encryptions/${off?.id ?? ''}`, enable);
    for (const { id, blobs } of made) {
      expect(await urisOf(id)).toEqual(['local:next', 'local:next']);
      for (const blob of blobs) expect(await opened(blob)).toBe('a secret');
      expect(
        (await service.send('GET', `/v1/encryptions/${id}`, { as: admin })).json,
      ).toMatchObject({
        masterKey: { mode: 'platform', provider: 'next' },
      });
    }
  });

  it('leaves no key behind whose encryption goes by another name by now', async () => {
    const [made] = await some(1);
    const { id, blobs } = made ?? { id: '', blobs: [] };
    const rows = sealedRows();
    await service.test.database.transaction({ tenantId }, async (manager) => {
      const row = await rows.get(manager, tenantId, id);
      row.provider = 'next';
      await rows.update(manager, row);
    });
    const all = await rewrapAll();
    const move = { ...MOVE, tenantId };
    expect(await all.count(move)).toBe(1);
    expect(await all.run(move, () => undefined)).toMatchObject({ done: 1, failed: [] });
    expect(await all.count(move)).toBe(0);
    expect(await urisOf(id)).toEqual(['local:next', 'local:next']);
    for (const blob of blobs) expect(await opened(blob)).toBe('a secret');
  });

  it('is on record as done by the service itself', async () => {
    const [made] = await some(1);
    await run();
    const path = `/v1/audit?encryptionId=${made?.id ?? ''}&operation=rewrap`;
    const { json } = await service.send('GET', path, { as: admin });
    expect(json['items']).toMatchObject([
      { clientId: THE_SERVICE, outcome: 'success', items: 2, accessReason: 'why' },
    ]);
  });

  it('goes on with the others where one fails, and says which', async () => {
    const made = await some(4);
    const bad = made[1]?.id ?? '';
    await service.test.asOwner(
      "update encryption_key_version set state = 'suspended' where encryption_id = $1 and number = 1",
      [bad],
    );
    const report = await run();
    expect(report.done).toBe(3);
    expect(report.failed).toEqual([{ tenantId, encryptionId: bad, code: 'internal' }]);
    expect(await urisOf(bad)).toEqual(['local:default', 'local:default']);
  });

  it('gives up where the key service is away, and moves the rest when it is run again', async () => {
    const made = await some(3);
    for (let i = 0; i < 12; i += 1) await service.encryption(admin);
    // Without the new master key: as when its key service cannot be reached.
    const report = await run({ default: ServiceApp.masterKeyByte });
    expect(report).toMatchObject({ done: 0, isBrokenOff: true });
    expect(report.failed.length).toBeLessThan(15);
    expect(new Set(report.failed.map(({ code }) => code))).toEqual(new Set(['kms_unavailable']));
    expect(await run()).toMatchObject({ done: 15, failed: [] });
    for (const { blobs } of made) expect(await opened(blobs[0] ?? {})).toBe('a secret');
  });

  it('goes well with rotations and uses at the same moment', async () => {
    const made = await some(4);
    const use = made.map(async ({ id, blobs }) => {
      const outcomes: unknown[] = [];
      for (let i = 0; i < 10; i += 1) {
        const rotated = await service.send('POST', '/v1/rotate', {
          as: admin,
          body: { encryptionId: id },
        });
        outcomes.push(rotated.json['code'] ?? rotated.status, await opened(blobs[0] ?? {}));
      }
      return outcomes;
    });
    await run();
    const outcomes = (await Promise.all(use)).flat();
    // A rotation whose key was wrapped before the move is told to begin again.
    expect(
      outcomes.filter((one) => !['a secret', 200, 'conflict'].includes(one as string)),
    ).toEqual([]);
    await run();
    for (const { id, blobs } of made) {
      expect(new Set(await urisOf(id))).toEqual(new Set(['local:next']));
      for (const blob of blobs) expect(await opened(blob)).toBe('a secret');
      const body = { encryptionId: id, data: 'x' };
      expect((await service.send('POST', '/v1/encrypt', { as: admin, body })).status).toBe(200);
    }
  });

  it('moves outer keys too, and client mode needs the master key before no more', async () => {
    const key = clientKey(1);
    const keyset = await ClientKeyset.make(service, admin, key);
    const sealed = await keyset.encrypt(key);
    const providers = await openMasterKeys(KEYS);
    const [from, to] = providers.all;
    if (from === undefined || to === undefined) throw new Error('there are two');
    expect(await rewrapOuterKeys(owner, from, to)).toBeGreaterThan(0);
    expect(await rewrapOuterKeys(owner, from, to)).toBe(0);
    const { outerKeys } = makeMasterKeys(
      service.test.database,
      await openMasterKeys({ next: KEYS.next }),
      new RandomIdentifiers(),
    );
    expect((await outerKeys.current()).key).toHaveLength(32);
    expect((await keyset.decrypt(sealed.json, key)).json['data']).toBe('a secret');
  });
});
