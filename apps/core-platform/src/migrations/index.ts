import type { MigrationClass } from '@app/persistence';
import { CreatePeople1795478400000 } from './1795478400000-create-people.js';
import { CreateTenants1795478400001 } from './1795478400001-create-tenants.js';
import { CreateVault1795478400002 } from './1795478400002-create-vault.js';
import { CreateAudit1795478400003 } from './1795478400003-create-audit.js';
import { SecondFactors1795478400004 } from './1795478400004-second-factors.js';
import { RemoveTenants1795478400008 } from './1795478400008-remove-tenants.js';
import { LimitRequests1795478400009 } from './1795478400009-limit-requests.js';

/** Every migration in its order. A released one is never edited; what comes later only adds. */
export const MIGRATIONS: readonly MigrationClass[] = [
  CreatePeople1795478400000,
  CreateTenants1795478400001,
  CreateVault1795478400002,
  CreateAudit1795478400003,
  SecondFactors1795478400004,
  RemoveTenants1795478400008,
  LimitRequests1795478400009,
];
