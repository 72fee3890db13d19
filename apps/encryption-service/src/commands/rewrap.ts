import { RandomIdentifiers, SystemClock } from '@app/ambient';
import { ConfigError, type ConfigOf, type ConfigProblem, loadConfig, option } from '@app/config';
import { deriveServiceKeys } from '@app/crypto';
import { isUuid } from '@app/encoding';
import type { KekProvider, KekProviders } from '@app/kek';
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
import { checkMasterKeys, warnOfUnusable } from './check-master-keys.js';
import { ProgressLine } from './progress-line.js';
import { print, printLeftBehind } from './to-terminal.js';
import { type OpenedService, withOpenedService } from './with-opened-service.js';

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

/** What stayed behind, and that it did. */
function printFailures({ failed, isBrokenOff }: MoveReport): void {
  printLeftBehind(failed);
  if (isBrokenOff) process.stderr.write('Broken off: the key service or the database is away.\n');
  if (failed.length === 0) return;
  process.stderr.write('What failed is as it was. Run the same command again for the rest.\n');
}

function rewrapAllOf(
  config: RewrapConfig,
  { owner, database, providers }: OpenedService,
): RewrapAll {
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

async function move(config: RewrapConfig, opened: OpenedService): Promise<void> {
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
  await withOpenedService(config, async (opened) => {
    const { connection, providers, logger } = opened;
    await checkMasterKeys(connection, providers, (name, error) => {
      warnOfUnusable(logger, name, error);
    });
    await move(config, opened);
  });
}
