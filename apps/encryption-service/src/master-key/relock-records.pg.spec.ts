import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RandomIdentifiers, SystemClock } from '@app/ambient';
import { deriveServiceKeys } from '@app/crypto';
import { type Database, openAsOwner } from '@app/persistence';
import { SecretBytes } from '@app/secret';
import { ClientKeyset, clientKey } from '../../../../test/support/client-keys.js';
import {
  type Credentials,
  openMasterKeys,
  ServiceApp,
} from '../../../../test/support/service-app.js';
import { TypeormAuditLog } from '../audit/audit-log.typeorm.js';
import { entryOfService } from '../audit/service-entry.js';
import { RowSeals } from '../integrity/row-seals.js';
import { KeysetRows } from '../keysets/rows/keyset.repository.typeorm.js';
import { SCHEMA } from '../schema.js';
import { makeMasterKeys } from './make-master-keys.js';
import type { OuterKeys } from './outer-keys.js';
import { RelockRecords } from './relock-records.js';

const KEY = clientKey(1);

let service: ServiceApp;
let owner: Database;
let admin: Credentials;
let outerKeys: OuterKeys;
let keyset: ClientKeyset;
let blobs: Record<string, unknown>[];

beforeAll(async () => {
  service = await ServiceApp.start();
  owner = await openAsOwner(SCHEMA, service.test.connection);
  const providers = await openMasterKeys({ default: ServiceApp.masterKeyByte });
  const identifiers = new RandomIdentifiers();
  ({ outerKeys } = makeMasterKeys(service.test.database, providers, identifiers));
});

beforeEach(async () => {
  ({ admin } = await service.tenant());
  keyset = await ClientKeyset.make(service, admin, KEY);
  blobs = [(await keyset.encrypt(KEY)).json];
  await keyset.rotate(KEY);
  blobs.push((await keyset.encrypt(KEY)).json);
});

afterAll(async () => {
  await owner.close();
  await service.stop();
});

function relock(): RelockRecords {
  const secret = SecretBytes.copyOf(Buffer.alloc(32, ServiceApp.serviceSecretByte));
  const { database } = service.test;
  return new RelockRecords(
    owner,
    database,
    new KeysetRows(new RowSeals(deriveServiceKeys(secret))),
    outerKeys,
    new TypeormAuditLog(database, new SystemClock()),
    (place, items) => entryOfService({ ...place, operation: 'relock', requestId: 'run', items }),
  );
}

async function namedBy(id: string): Promise<string[]> {
  const rows = await service.test.asOwner<{ outer: string }>(
    `select record ->> 'outerKeyId' as outer from encryption_key_version where encryption_id = $1 order by number`,
    [id],
  );
  return rows.map(({ outer }) => outer);
}

async function statuses(): Promise<number[]> {
  const replies = [];
  for (const blob of blobs) replies.push((await keyset.decrypt(blob, KEY)).status);
  return replies;
}

describe('a new outer key', () => {
  it('locks what is wrapped from then on, and the old one goes on opening what it locked', async () => {
    const [old] = await namedBy(keyset.id);
    const id = await outerKeys.make();
    await keyset.rotate(KEY);
    blobs.push((await keyset.encrypt(KEY)).json);
    expect(await namedBy(keyset.id)).toEqual([old, old, id]);
    expect(await statuses()).toEqual([200, 200, 200]);
  });

  it('is the newest one, also where the clock was set back', async () => {
    const first = await outerKeys.make();
    await service.test.asOwner(
      "update outer_key set created_at = created_at + interval '1 day' where id = $1",
      [first],
    );
    const second = await outerKeys.make();
    expect((await outerKeys.current()).id).toBe(second);
  });

  it('comes to lock everything, without a key of anybody, and the run can be repeated', async () => {
    const id = await outerKeys.make();
    expect(await relock().count()).toBeGreaterThan(0);
    const { failed } = await relock().run(() => undefined);
    expect(failed).toEqual([]);
    expect(await namedBy(keyset.id)).toEqual([id, id]);
    expect(await statuses()).toEqual([200, 200]);
    expect(await relock().count()).toBe(0);
    expect(await relock().run(() => undefined)).toEqual({ done: 0, failed: [] });
    const { json } = await service.send('GET', `/v1/audit?operation=relock&limit=1`, { as: admin });
    expect(json['items']).toMatchObject([
      { encryptionId: keyset.id, items: 2, outcome: 'success' },
    ]);
  });

  it('does not hold up calls meanwhile', async () => {
    for (let i = 0; i < 5; i += 1) await keyset.rotate(KEY);
    await outerKeys.make();
    const work = [
      relock().run(() => undefined),
      keyset.rotate(KEY),
      keyset.rewrap({ mode: 'client' }, KEY, KEY),
      ...blobs.map((blob) => keyset.decrypt(blob, KEY)),
    ] as const;
    const [report, ...replies] = await Promise.all(work);
    expect(report.failed).toEqual([]);
    expect(replies.slice(1).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await statuses()).toEqual([200, 200]);
  });

  it('leaves a record that was changed as it is, says so, and locks the others', async () => {
    const other = await ClientKeyset.make(service, admin, KEY);
    await service.test.asOwner(
      `update encryption_key_version set record = jsonb_set(record, '{outer}', '"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"')
       where encryption_id = $1`,
      [other.id],
    );
    const id = await outerKeys.make();
    const { failed } = await relock().run(() => undefined);
    expect(failed).toMatchObject([{ encryptionId: other.id, code: 'internal' }]);
    expect(await namedBy(keyset.id)).toEqual([id, id]);
    expect(await namedBy(other.id)).not.toContain(id);
  });
});
