import { type DynamicModule, Module } from '@nestjs/common';
import { Clock, Identifiers, RandomIdentifiers, SystemClock } from '@app/ambient';
import { deriveServiceKeys, type ServiceKeys } from '@app/crypto';
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
import { KeyUses } from './keysets/key-use.js';
import { KeysetRepository } from './keysets/keyset.repository.js';
import { KeysetRows } from './keysets/keyset.repository.typeorm.js';
import { LastKeys } from './keysets/last-keys.js';
import { ManageEncryptions } from './keysets/manage-encryptions.js';
import { MessageCounter } from './keysets/message-counter.js';
import { NewVersions } from './keysets/new-version.js';
import { RotateKeyset } from './keysets/rotate-keyset.js';
import { TenantChanges } from './keysets/tenant-changes.js';
import { MasterKeys } from './master-key/master-keys.js';
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

function makeKeysets(core: Core, masterKeys: MasterKeys, bodyLimitBytes: number) {
  const { database, clock, identifiers, seals, audit, authenticator, changes } = core;
  const rows = new KeysetRows(seals);
  const counter = new MessageCounter(database, clock);
  const newVersions = new NewVersions(masterKeys, identifiers, clock);
  const uses = new KeyUses(
    new KeysetRepository(database),
    masterKeys,
    seals,
    audit,
    authenticator,
    core.lastKeys,
  );
  return [
    { provide: MessageCounter, useValue: counter },
    { provide: EncryptData, useValue: new EncryptData(uses, counter, dataLimit(bodyLimitBytes)) },
    { provide: DecryptData, useValue: new DecryptData(uses, counter) },
    {
      provide: RotateKeyset,
      useValue: new RotateKeyset(database, changes, rows, newVersions, audit, clock),
    },
    {
      provide: CreateEncryption,
      useValue: new CreateEncryption(
        changes,
        rows,
        newVersions,
        masterKeys,
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
        ...makeKeysets(core, new MasterKeys(parts.providers), parts.bodyLimitBytes),
        ...makeParties(core),
      ],
    };
  }
}
