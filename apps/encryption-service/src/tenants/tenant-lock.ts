import type { EntityManager } from 'typeorm';
import type { Database, Scope } from '@app/persistence';

/**
 * Runs `work` in one transaction under the exclusive lock of its tenant, from its first statement on: no use of the tenant's keys is
 * between reading and recording meanwhile, and no other change of it runs.
 *
 * @throws AppError what the database gives, or what `work` throws.
 */
export async function underTenantLock<T>(
  database: Database,
  scope: Scope & { readonly tenantId: string },
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  return database.transaction(scope, async (manager) => {
    await manager.query('select lock_tenant($1)', [scope.tenantId]);
    return work(manager);
  });
}
