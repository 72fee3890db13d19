import type { Provider } from '@nestjs/common';
import type { Clock } from '@app/ambient';
import { fingerprintOf, type ServiceKeys } from '@app/crypto';
import type { Database } from '@app/persistence';
import type { AuditLog } from '../audit/audit-log.js';
import type { KeysetRows } from '../keysets/rows/keyset.repository.typeorm.js';
import type { MessageCounter } from '../keysets/counting/message-counter.js';
import type { NewVersions } from '../keysets/versions/new-version.js';
import type { TenantChanges } from '../keysets/rows/tenant-changes.js';
import type { MasterKeys } from '../master-key/master-keys.js';
import type { OuterKeys } from '../master-key/outer-keys.js';
import { ExportKeysets } from './export-keysets.js';
import { FileLimit } from './file-limit.js';
import { ImportKeysets } from './import-keysets.js';
import { KeysOfFile } from './keys-of-file.js';
import { TrustedSigners } from './trusted-signers.js';

/** What export and import are made of. */
export interface TransferParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: ServiceKeys;
  readonly audit: AuditLog;
  readonly changes: TenantChanges;
  readonly rows: KeysetRows;
  readonly counter: MessageCounter;
  readonly newVersions: NewVersions;
  readonly masterKeys: MasterKeys;
  readonly outerKeys: OuterKeys;
}

/**
 * @param bodyLimitBytes - of a request body at most.
 * @param trustedExporters - fingerprints, besides this service's own.
 */
export function transferProviders(
  parts: TransferParts,
  bodyLimitBytes: number,
  trustedExporters: readonly string[],
): Provider[] {
  const { database, clock, keys, audit, changes, rows, counter, newVersions, outerKeys } = parts;
  const exports = new ExportKeysets(
    database,
    changes,
    rows,
    counter,
    outerKeys,
    keys,
    new FileLimit(bodyLimitBytes),
    audit,
    clock,
  );
  const imports = new ImportKeysets(
    changes,
    rows,
    new KeysOfFile(parts.masterKeys, outerKeys),
    newVersions,
    new TrustedSigners(fingerprintOf(keys.identity), trustedExporters),
    audit,
    clock,
  );
  return [
    { provide: ExportKeysets, useValue: exports },
    { provide: ImportKeysets, useValue: imports },
  ];
}
