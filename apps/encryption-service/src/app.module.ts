import { type DynamicModule, Module } from '@nestjs/common';
import { Clock, Identifiers, RandomIdentifiers, SystemClock } from '@app/ambient';
import { deriveServiceKeys, type ServiceKeys } from '@app/crypto';
import type { AppError } from '@app/errors';
import type { KekProviders } from '@app/kek';
import { SharedLimits } from '@app/limits';
import { Database } from '@app/persistence';
import type { SecretBytes } from '@app/secret';
import { AuditLog } from './audit/audit-log.js';
import { TypeormAuditLog } from './audit/audit-log.typeorm.js';
import { Authenticator } from './callers/authenticator.js';
import { CallerRepository } from './callers/caller.repository.js';
import { PeerCertificates } from './callers/peer-certificates.js';
import { ClientRows } from './clients/client-rows.typeorm.js';
import { ManageClients } from './clients/manage-clients.js';
import { NewClients } from './clients/new-client.js';
import { RowSeals } from './integrity/row-seals.js';
import { CreateEncryption } from './keysets/encryptions/create-encryption.js';
import { dataPlaneProviders } from './keysets/data/data-plane.providers.js';
import { KeyCache, type KeyCacheLimits } from './keysets/use/key-cache.js';
import { KeyOpener } from './keysets/use/key-opener.js';
import { KeyUses } from './keysets/use/key-use.js';
import { KeysetReader } from './keysets/use/keyset-reader.js';
import { KeysetUses } from './keysets/use/keyset-uses.js';
import { Tries } from './keysets/use/tries.js';
import { KeysetRepository } from './keysets/rows/keyset.repository.js';
import { KeysetRows } from './keysets/rows/keyset.repository.typeorm.js';
import { ManageEncryptions } from './keysets/encryptions/manage-encryptions.js';
import { lifeProviders, type LifeSettings } from './keysets/life/life.providers.js';
import { MessageCounter } from './keysets/counting/message-counter.js';
import { NewVersions } from './keysets/versions/new-version.js';
import { RewrapKeyset } from './keysets/rewrap/rewrap-keyset.js';
import { RewrapVersions } from './keysets/rewrap/rewrap-versions.js';
import { RotateKeyset } from './keysets/versions/rotate-keyset.js';
import { TenantChanges } from './keysets/rows/tenant-changes.js';
import { VersionAnswers } from './keysets/encryptions/version-answers.js';
import { VersionRenewal } from './keysets/versions/version-renewal.js';
import { VersionSuccession } from './keysets/versions/version-succession.js';
import { DecryptBudget } from './limits/decrypt-budget.js';
import type { LimitSettings } from './limits/limit-options.js';
import { LimitRequest } from './limits/limit-request.js';
import { Tiers } from './limits/tiers.js';
import { ListKekProviders } from './master-key/list-kek-providers.js';
import { makeMasterKeys } from './master-key/make-master-keys.js';
import { ManageTenants } from './tenants/manage-tenants.js';
import { TenantRows } from './tenants/tenant-rows.typeorm.js';
import { transferProviders } from './transfer/transfer.providers.js';
import { ReadUsage } from './usage/read-usage.js';
import { RollUpUsage } from './usage/roll-up-usage.js';
import type { RecentRowsLimits } from './remembered/recent-rows.js';
import { Remembered } from './remembered/remembered.js';
import { CONTROLLERS } from './v1/controllers.js';
import { documentOf, OPENAPI_DOCUMENT } from './v1/surface.js';

/** What is opened before the module is made. */
export interface Parts {
  readonly database: Database;
  readonly providers: KekProviders;
  /** Borrowed: four keys are derived from it. */
  readonly serviceSecret: SecretBytes;
  /** Bytes of a request body at most. */
  readonly bodyLimitBytes: number;
  /** Fingerprints of services whose exports are imported. */
  readonly trustedExporters: readonly string[];
  readonly keyCache: KeyCacheLimits;
  readonly recentRows: RecentRowsLimits;
  readonly limits: LimitSettings;
  readonly life: LifeSettings;
  /** Hears of what failed beside a request, and will be tried again. */
  readonly onBackgroundFailure: (error: AppError) => void;
}

/** Addresses, clients and tenants whose limits a replica remembers at once. */
const LIMITED_KEYS = 50_000;

interface Core {
  readonly database: Database;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly keys: ServiceKeys;
  readonly seals: RowSeals;
  readonly audit: AuditLog;
  readonly authenticator: Authenticator;
  readonly remembered: Remembered;
  readonly changes: TenantChanges;
  readonly tiers: Tiers;
  readonly limits: SharedLimits;
}

function makeCore(parts: Parts): Core {
  const { database, serviceSecret, keyCache, recentRows, onBackgroundFailure } = parts;
  const clock = new SystemClock();
  const keys = deriveServiceKeys(serviceSecret);
  const seals = new RowSeals(keys);
  const remembered = new Remembered(recentRows, clock, new KeyCache(keyCache, clock));
  const authenticator = new Authenticator(
    new CallerRepository(database),
    new PeerCertificates(),
    seals,
    keys,
    clock,
    remembered.callers,
  );
  return {
    database,
    clock,
    identifiers: new RandomIdentifiers(),
    keys,
    seals,
    audit: new TypeormAuditLog(database, clock),
    authenticator,
    remembered,
    changes: new TenantChanges(database, authenticator),
    tiers: new Tiers(parts.limits),
    limits: new SharedLimits({
      database,
      clock,
      keys: LIMITED_KEYS,
      onFailure: onBackgroundFailure,
    }),
  };
}

/** What everything is made of that has to do with keys. */
function makeKeyParts(core: Core, { providers, onBackgroundFailure }: Parts) {
  const { database, clock, identifiers, seals, audit, changes } = core;
  const { masterKeys, outerKeys } = makeMasterKeys(database, providers, identifiers);
  const rows = new KeysetRows(seals);
  const counter = new MessageCounter(database, clock);
  const newVersions = new NewVersions(masterKeys, identifiers, clock);
  const succession = new VersionSuccession(rows, newVersions, masterKeys);
  const renewal = new VersionRenewal(
    database,
    changes,
    rows,
    succession,
    audit,
    onBackgroundFailure,
  );
  return { masterKeys, outerKeys, rows, counter, newVersions, succession, renewal };
}

type KeyParts = ReturnType<typeof makeKeyParts>;

function makeUses(core: Core, { masterKeys, renewal, counter }: KeyParts) {
  const { database, clock, seals, audit, authenticator, remembered, limits, tiers } = core;
  const repository = new KeysetRepository(database);
  const reader = new KeysetReader(repository, seals, remembered.keysets, clock);
  const opener = new KeyOpener(masterKeys, remembered.keys);
  const tries = new Tries(authenticator, audit);
  return {
    reader,
    budget: new DecryptBudget(limits.budgets, tiers),
    uses: new KeyUses(reader, opener, renewal, audit, tries, counter),
    keysetUses: new KeysetUses(reader, opener, renewal, audit, tries, counter),
  };
}

function makeKeysets(core: Core, keys: KeyParts) {
  const { database, clock, identifiers, audit, changes } = core;
  const { masterKeys, rows, counter, newVersions, succession } = keys;
  const answers = new VersionAnswers(database, rows, counter);
  return [
    {
      provide: RotateKeyset,
      useValue: new RotateKeyset(database, changes, rows, succession, audit, clock),
    },
    {
      provide: CreateEncryption,
      useValue: new CreateEncryption(
        changes,
        rows,
        newVersions,
        masterKeys.platform,
        audit,
        identifiers,
        clock,
      ),
    },
    {
      provide: ManageEncryptions,
      useValue: new ManageEncryptions(database, changes, rows, answers, audit, clock),
    },
    {
      provide: RewrapKeyset,
      useValue: new RewrapKeyset(
        database,
        changes,
        rows,
        new RewrapVersions(rows, masterKeys),
        masterKeys.platform,
        audit,
        clock,
      ),
    },
  ];
}

function makeLife(core: Core, keys: KeyParts, { life, onBackgroundFailure }: Parts) {
  const cache = core.remembered.keys;
  const usage = new RollUpUsage(core.database);
  return lifeProviders({ ...core, ...keys, cache, usage, onFailure: onBackgroundFailure }, life);
}

function makeParties(core: Core) {
  const { database, clock, identifiers, keys, seals, audit, changes, tiers } = core;
  const clients = new ClientRows(seals);
  const newClients = new NewClients(keys, identifiers, clock);
  const tenants = new TenantRows(seals);
  return [
    {
      provide: ManageClients,
      useValue: new ManageClients(database, changes, clients, newClients, audit, tiers, clock),
    },
    {
      provide: ManageTenants,
      useValue: new ManageTenants(
        database,
        tenants,
        clients,
        newClients,
        audit,
        identifiers,
        clock,
      ),
    },
  ];
}

function makeLimits({ database, limits, tiers }: Core, parts: Parts) {
  const limitRequest = new LimitRequest(limits.requests, tiers, parts.limits);
  return [
    { provide: SharedLimits, useValue: limits },
    { provide: LimitRequest, useValue: limitRequest },
    { provide: ReadUsage, useValue: new ReadUsage(database) },
  ];
}

/** The whole service, wired by hand: what each part is given can be read here. */
@Module({})
export class AppModule {
  static of(parts: Parts): DynamicModule {
    const core = makeCore(parts);
    const keys = makeKeyParts(core, parts);
    const { bodyLimitBytes, trustedExporters } = parts;
    const document = { current: documentOf(CONTROLLERS) };
    return {
      module: AppModule,
      controllers: [...CONTROLLERS],
      providers: [
        { provide: AuditLog, useValue: core.audit },
        { provide: Authenticator, useValue: core.authenticator },
        { provide: OPENAPI_DOCUMENT, useValue: document },
        { provide: ListKekProviders, useValue: new ListKekProviders(parts.providers) },
        { provide: Remembered, useValue: core.remembered },
        ...makeLimits(core, parts),
        ...dataPlaneProviders({ ...core, ...keys, ...makeUses(core, keys) }, bodyLimitBytes),
        ...makeKeysets(core, keys),
        ...makeLife(core, keys, parts),
        ...transferProviders({ ...core, ...keys }, bodyLimitBytes, trustedExporters),
        ...makeParties(core),
      ],
    };
  }
}
