import { type DynamicModule, Module } from '@nestjs/common';
import { Clock, Identifiers, RandomIdentifiers, SystemClock } from '@app/ambient';
import { deriveServiceKeys, type ServiceKeys } from '@app/crypto';
import type { AppError } from '@app/errors';
import type { KekProviders } from '@app/kek';
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
import { CreateEncryption } from './keysets/create-encryption.js';
import { DecryptData } from './keysets/decrypt-data.js';
import { dataLimit, EncryptData } from './keysets/encrypt-data.js';
import { KeyCache, type KeyCacheLimits } from './keysets/key-cache.js';
import { KeyOpener } from './keysets/key-opener.js';
import { KeyUses } from './keysets/key-use.js';
import { KeysetReader } from './keysets/keyset-reader.js';
import { KeysetUses } from './keysets/keyset-uses.js';
import { KeysetRepository } from './keysets/keyset.repository.js';
import { KeysetRows } from './keysets/keyset.repository.typeorm.js';
import { LastKeys } from './keysets/last-keys.js';
import { ManageEncryptions } from './keysets/manage-encryptions.js';
import { MessageCounter } from './keysets/message-counter.js';
import { NewVersions } from './keysets/new-version.js';
import { RotateKeyset } from './keysets/rotate-keyset.js';
import { TenantChanges } from './keysets/tenant-changes.js';
import { VersionRenewal } from './keysets/version-renewal.js';
import { VersionSuccession } from './keysets/version-succession.js';
import { ClientMasterKeys } from './master-key/client-master-keys.js';
import { MasterKeys } from './master-key/master-keys.js';
import { OuterKeys } from './master-key/outer-keys.js';
import { PlatformMasterKeys } from './master-key/platform-master-keys.js';
import { WrongKeys } from './master-key/wrong-keys.js';
import { ManageTenants } from './tenants/manage-tenants.js';
import { TenantRows } from './tenants/tenant-rows.typeorm.js';
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
  readonly keyCache: KeyCacheLimits;
  /** Hears of what failed beside a request, and will be tried again. */
  readonly onBackgroundFailure: (error: AppError) => void;
}

interface Core {
  readonly database: Database;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly keys: ServiceKeys;
  readonly seals: RowSeals;
  readonly audit: AuditLog;
  readonly authenticator: Authenticator;
  readonly lastKeys: LastKeys;
  readonly changes: TenantChanges;
}

function makeCore({ database, serviceSecret }: Parts): Core {
  const clock = new SystemClock();
  const keys = deriveServiceKeys(serviceSecret);
  const seals = new RowSeals(keys);
  const callers = new CallerRepository(database);
  const lastKeys = new LastKeys();
  const certificates = new PeerCertificates();
  const authenticator = new Authenticator(callers, certificates, seals, keys, clock, lastKeys);
  return {
    database,
    clock,
    identifiers: new RandomIdentifiers(),
    keys,
    seals,
    audit: new TypeormAuditLog(database, clock),
    authenticator,
    lastKeys,
    changes: new TenantChanges(database, authenticator),
  };
}

function makeMasterKeys(
  { database, clock, identifiers }: Core,
  providers: KekProviders,
): MasterKeys {
  const outerKeys = new OuterKeys(database, providers, identifiers, clock);
  return new MasterKeys(
    new PlatformMasterKeys(providers),
    new ClientMasterKeys(outerKeys, new WrongKeys(database, clock)),
  );
}

function makeUses(core: Core, masterKeys: MasterKeys, renewal: VersionRenewal, parts: Parts) {
  const { database, clock, seals, audit, authenticator, lastKeys } = core;
  const cache = new KeyCache(parts.keyCache, clock);
  const reader = new KeysetReader(new KeysetRepository(database), seals, lastKeys);
  const opener = new KeyOpener(masterKeys, cache);
  return {
    uses: new KeyUses(reader, opener, renewal, audit, authenticator),
    keysetUses: new KeysetUses(reader, opener, renewal, audit, authenticator),
    cache,
  };
}

function makeKeysets(core: Core, parts: Parts) {
  const { database, clock, identifiers, seals, audit, changes } = core;
  const { bodyLimitBytes, onBackgroundFailure } = parts;
  const masterKeys = makeMasterKeys(core, parts.providers);
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
  const { uses, cache } = makeUses(core, masterKeys, renewal, parts);
  return [
    { provide: KeyCache, useValue: cache },
    { provide: MessageCounter, useValue: counter },
    { provide: EncryptData, useValue: new EncryptData(uses, counter, dataLimit(bodyLimitBytes)) },
    { provide: DecryptData, useValue: new DecryptData(uses, counter) },
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
      useValue: new ManageEncryptions(database, changes, rows, counter, audit, clock),
    },
  ];
}

function makeParties(core: Core) {
  const { database, clock, identifiers, keys, seals, audit, changes } = core;
  const clients = new ClientRows(seals);
  const newClients = new NewClients(keys, identifiers, clock);
  const tenants = new TenantRows(seals);
  return [
    {
      provide: ManageClients,
      useValue: new ManageClients(database, changes, clients, newClients, audit, clock),
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

/** The whole service, wired by hand: what each part is given can be read here. */
@Module({})
export class AppModule {
  static of(parts: Parts): DynamicModule {
    const core = makeCore(parts);
    const document = { current: documentOf(CONTROLLERS) };
    return {
      module: AppModule,
      controllers: [...CONTROLLERS],
      providers: [
        { provide: AuditLog, useValue: core.audit },
        { provide: Authenticator, useValue: core.authenticator },
        { provide: OPENAPI_DOCUMENT, useValue: document },
        ...makeKeysets(core, parts),
        ...makeParties(core),
      ],
    };
  }
}
