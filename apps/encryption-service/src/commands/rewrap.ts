import { RandomIdentifiers, SystemClock } from '@app/ambient';
import { ConfigError, type ConfigOf, type ConfigProblem, loadConfig, option } from '@app/config';
import { deriveServiceKeys } from '@app/crypto';
import { isUuid } from '@app/encoding';
import type { KekProvider, KekProviders } from '@app/kek';
import { connectionOf, type Database, migrate, openAsOwner, openDatabase } from '@app/persistence';
import { createLogger, errorFields } from '@app/server';
import { TypeormAuditLog } from '../audit/audit-log.typeorm.js';
import { entryOfService } from '../audit/service-entry.js';
import { OPTIONS } from '../config.js';
import { RowSeals } from '../integrity/row-seals.js';
import { KeysetRows } from '../keysets/rows/keyset.repository.typeorm.js';
import { type Move, type MoveReport, RewrapAll } from '../keysets/rewrap/rewrap-all.js';
import { RewrapVersions } from '../keysets/rewrap/rewrap-versions.js';
import { makeMasterKeys } from '../master-key/make-master-keys.js';
import { rewrapOuterKeys } from '../master-key/rewrap-outer-keys.js';
import { kekProblems } from '../master-key/settings.js';
import { SCHEMA } from '../schema.js';
import { checkMasterKeys } from './check-master-keys.js';
import { openMasterKeys } from './open-master-keys.js';
import { ProgressLine } from './progress-line.js';

export const REWRAP_OPTIONS = {
  from: option.text({ flagOnly: true, help: 'Name of the master key that is to be left.' }),
  to: option.text({ flagOnly: true, help: 'Name of the master key that is to wrap instead.' }),
  tenant: option.text({
    flagOnly: true,
    optional: true,
    check: (text) => (isUuid(text) ? undefined : 'must be the id of a tenant'),
    help: 'Only the encryptions of this tenant.',
  }),
  dryRun: option.boolean({
    flagOnly: true,
    default: false,
    help: 'Counts what would be rewrapped, and changes nothing.',
  }),
};

const ALL_OPTIONS = { ...OPTIONS, ...REWRAP_OPTIONS };
type RewrapConfig = ConfigOf<typeof ALL_OPTIONS>;

function problemsOf({ kek, from, to }: RewrapConfig): readonly ConfigProblem[] {
  const isSame: ConfigProblem = { code: 'invalid', name: '--to', rule: 'must not be --from' };
  return [...kekProblems(kek), ...(from === to ? [isSame] : [])];
}

/** @throws ConfigError. */
function providerOf(providers: KekProviders, flag: string, name: string): KekProvider {
  const provider = providers.findByName(name);
  if (provider !== undefined) return provider;
  const rule = 'must be the name of a configured master key';
  throw new ConfigError([{ code: 'invalid', name: flag, rule }]);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What stayed behind, and that it did. */
function printFailures({ failed, isBrokenOff }: MoveReport): void {
  for (const { tenantId, encryptionId, code } of failed)
    process.stderr.write(`tenant ${tenantId}, encryption ${encryptionId}: ${code}\n`);
  if (isBrokenOff) process.stderr.write('Broken off: the key service or the database is away.\n');
  if (failed.length === 0) return;
  process.stderr.write('What failed is as it was. Run the same command again for the rest.\n');
  process.exitCode = 1;
}

/** What the command works with. */
interface Opened {
  readonly owner: Database;
  readonly database: Database;
  readonly providers: KekProviders;
}

function rewrapAllOf(config: RewrapConfig, { owner, database, providers }: Opened): RewrapAll {
  const clock = new SystemClock();
  const identifiers = new RandomIdentifiers();
  const requestId = `rewrap-${identifiers.newUuid()}`;
  const accessReason = `rewrap --from ${config.from} --to ${config.to}`;
  const rows = new KeysetRows(new RowSeals(deriveServiceKeys(config.service.secret)));
  const { masterKeys } = makeMasterKeys(database, providers, identifiers);
  return new RewrapAll(
    owner,
    database,
    rows,
    new RewrapVersions(rows, masterKeys),
    new TypeormAuditLog(database, clock),
    (place, items) =>
      entryOfService({ ...place, operation: 'rewrap', requestId, items, accessReason }),
    clock,
  );
}

async function move(config: RewrapConfig, opened: Opened): Promise<void> {
  const { from, to, tenant, dryRun } = config;
  const source = providerOf(opened.providers, '--from', from);
  const target = providerOf(opened.providers, '--to', to);
  const all = rewrapAllOf(config, opened);
  const what: Move = { from, fromUri: source.uri, to, tenantId: tenant };
  const total = await all.count(what);
  print(`${String(total)} encryptions are under ${source.uri} (${from}).`);
  if (dryRun) return;
  await target.checkHealth();
  // Of the service itself and of no tenant.
  if (tenant === undefined) {
    const keys = await rewrapOuterKeys(opened.owner, source, target);
    if (keys > 0) print(`${String(keys)} outer keys of client mode are under ${target.uri} now.`);
  }
  const progress = new ProgressLine(process.stdout, new SystemClock(), 'encryptions');
  printFailures(
    await all.run(what, ({ done, failed }) => {
      progress.show(done, failed.length, total);
    }),
  );
  print(`${String(await all.count(what))} are left under ${from}.`);
  if (opened.providers.default === source)
    print(`New encryptions still go under ${from}: set kek.default to ${to}.`);
}

/** `rewrap`: moves all encryptions from one platform master key to another, while services run. May be killed and run again. */
export async function rewrap(argv: readonly string[]): Promise<void> {
  const { values: config } = loadConfig({
    prefix: 'ES',
    options: ALL_OPTIONS,
    argv,
    rules: problemsOf,
  });
  const logger = createLogger(SCHEMA.applicationName, config.log.level);
  const connection = connectionOf(config.database);
  await migrate(SCHEMA, connection);
  const providers = await openMasterKeys(config, connection, logger);
  await checkMasterKeys(connection, providers, (provider, error) => {
    logger.warn({ provider, ...errorFields(error) }, 'a master key cannot be used now');
  });
  const owner = await openAsOwner(SCHEMA, connection);
  const database = await openDatabase(SCHEMA, connection, {
    poolSize: config.database.poolSize,
    onConnectionError: (error) => {
      logger.warn(errorFields(error), 'a database connection broke');
    },
  });
  try {
    await move(config, { owner, database, providers });
  } finally {
    await database.close();
    await owner.close();
    await providers.close();
  }
}
