import type { Provider } from '@nestjs/common';
import type { Clock, Identifiers } from '@app/ambient';
import type { ServiceKeys } from '@app/crypto';
import type { AppError } from '@app/errors';
import type { Database } from '@app/persistence';
import type { AuditLog } from '../../audit/audit-log.js';
import type { RollUpUsage } from '../../usage/roll-up-usage.js';
import type { KeyCache } from '../use/key-cache.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { MessageCounter } from '../counting/message-counter.js';
import type { TenantChanges } from '../rows/tenant-changes.js';
import { VersionAnswers } from '../encryptions/version-answers.js';
import type { VersionRenewal } from '../versions/version-renewal.js';
import type { VersionSuccession } from '../versions/version-succession.js';
import { ChangeVersionState } from './change-version-state.js';
import { DeleteEncryption } from './delete-encryption.js';
import { DestroyVersion } from './destroy-version.js';
import { DestructionRules } from './destruction-rules.js';
import { DueVersions } from './due-versions.js';
import { EraseKeys } from './erase-keys.js';
import { Upkeep } from './upkeep.js';
import { VersionChange } from './version-change.js';

/** What the life of versions is made of. */
export interface LifeParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly keys: ServiceKeys;
  readonly audit: AuditLog;
  readonly changes: TenantChanges;
  readonly rows: KeysetRows;
  readonly counter: MessageCounter;
  readonly succession: VersionSuccession;
  readonly renewal: VersionRenewal;
  readonly cache: KeyCache;
  readonly usage: RollUpUsage;
  readonly onFailure: (error: AppError) => void;
}

/** What the operator sets of it. */
export interface LifeSettings {
  /** Days to a destruction at least, for everybody. */
  readonly leastDestructionDays: number;
  /** How long a replica may hold a key in memory that it was not told to forget. */
  readonly memoryMillis: number;
}

export function lifeProviders(parts: LifeParts, settings: LifeSettings): Provider[] {
  const { database, clock, audit, changes, rows, succession } = parts;
  const answers = new VersionAnswers(database, rows, parts.counter);
  const change = new VersionChange(changes, rows, audit);
  const rules = new DestructionRules(settings.leastDestructionDays);
  const erase = new EraseKeys({ ...parts, memoryMillis: settings.memoryMillis });
  return [
    { provide: EraseKeys, useValue: erase },
    {
      provide: ChangeVersionState,
      useValue: new ChangeVersionState(database, change, succession, answers, clock),
    },
    {
      provide: DestroyVersion,
      useValue: new DestroyVersion(change, rows, rules, erase, answers, clock),
    },
    {
      provide: DeleteEncryption,
      useValue: new DeleteEncryption(changes, change, rows, rules, erase, audit, clock),
    },
    {
      provide: Upkeep,
      useValue: new Upkeep({ ...parts, erase, due: new DueVersions(database) }),
    },
  ];
}
