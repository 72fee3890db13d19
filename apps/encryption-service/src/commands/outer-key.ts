import { RandomIdentifiers, SystemClock } from '@app/ambient';
import { loadConfig } from '@app/config';
import { deriveServiceKeys } from '@app/crypto';
import type { Database } from '@app/persistence';
import { TypeormAuditLog } from '../audit/audit-log.typeorm.js';
import { entryOfService } from '../audit/service-entry.js';
import { type EncryptionServiceConfig, OPTIONS } from '../config.js';
import { RowSeals } from '../integrity/row-seals.js';
import { KeysetRows } from '../keysets/rows/keyset.repository.typeorm.js';
import { makeMasterKeys } from '../master-key/make-master-keys.js';
import type { OuterKeys } from '../master-key/outer-keys.js';
import { RelockRecords } from '../master-key/relock-records.js';
import { kekProblems } from '../master-key/settings.js';
import { ProgressLine } from './progress-line.js';
import { print, printLeftBehind } from './to-terminal.js';
import { withOpenedService } from './with-opened-service.js';

/** What the commands work with. */
interface Opened {
  readonly config: EncryptionServiceConfig;
  /** Past row-level security. */
  readonly owner: Database;
  readonly database: Database;
  readonly outerKeys: OuterKeys;
}

const LIST = {
  name: 'outer_keys_with_use',
  text: `select k.id, k.record ->> 'kekUri' as uri, k.created_at as "createdAt", (
           select count(*)::int from encryption_key_version v where v.record ->> 'outerKeyId' = k.id::text) as records
         from outer_key k order by k.created_at`,
};

interface ListedKey {
  readonly id: string;
  readonly uri: string;
  readonly createdAt: Date;
  readonly records: number;
}

async function opened(
  argv: readonly string[],
  work: (opened: Opened) => Promise<void>,
): Promise<void> {
  const rules = ({ kek }: EncryptionServiceConfig) => kekProblems(kek);
  const { values: config } = loadConfig({ prefix: 'ES', options: OPTIONS, argv, rules });
  await withOpenedService(config, ({ owner, database, providers }) => {
    const { outerKeys } = makeMasterKeys(database, providers, new RandomIdentifiers());
    return work({ config, owner, database, outerKeys });
  });
}

async function relock({ config, owner, database, outerKeys }: Opened): Promise<void> {
  const clock = new SystemClock();
  const requestId = `outer-key-${new RandomIdentifiers().newUuid()}`;
  const records = new RelockRecords(
    owner,
    database,
    new KeysetRows(new RowSeals(deriveServiceKeys(config.service.secret))),
    outerKeys,
    new TypeormAuditLog(database, clock),
    (place, items) => entryOfService({ ...place, operation: 'relock', requestId, items }),
  );
  const total = await records.count();
  const progress = new ProgressLine(process.stdout, clock, 'encryptions');
  const { failed } = await records.run(({ done, failed: notLocked }) => {
    progress.show(done, notLocked.length, total);
  });
  printLeftBehind(failed);
  print(`${String(await records.count())} encryptions are left under other outer keys.`);
}

/** `outer-key list`: the outer keys of client mode, and how many records name each. */
export async function listOuterKeys(argv: readonly string[]): Promise<void> {
  await opened(argv, async ({ owner }) => {
    for (const { id, uri, createdAt, records } of await owner.execute<ListedKey>(LIST, []))
      print(`${id}  ${createdAt.toISOString()}  ${String(records)} records  ${uri}`);
  });
}

/** `outer-key rotate`: makes a new outer key, and locks all records of client mode under it, while services run. */
export async function rotateOuterKey(argv: readonly string[]): Promise<void> {
  await opened(argv, async (parts) => {
    print(`${await parts.outerKeys.make()} is the newest outer key now.`);
    await relock(parts);
  });
}

/** `outer-key relock`: locks what is still under older outer keys under the newest one, after a rotation that was broken off. */
export async function relockRecords(argv: readonly string[]): Promise<void> {
  await opened(argv, relock);
}
