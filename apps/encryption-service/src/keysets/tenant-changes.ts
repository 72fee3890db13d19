import type { EntityManager } from 'typeorm';
import type { Database } from '@app/persistence';
import type { Authenticator } from '../callers/authenticator.js';
import type { ClientCaller } from '../callers/caller.js';

/** Changes of what decides about a tenant's keys: one at a time, and none while a key use is between reading and recording. */
export class TenantChanges {
  constructor(
    private readonly database: Database,
    private readonly authenticator: Authenticator,
  ) {}

  /**
   * Runs a client's change in one transaction under the tenant's exclusive lock, if the client still may call.
   *
   * @throws AppError `unauthenticated` or `forbidden` where the caller was revoked meanwhile, or what `work` throws.
   */
  async run<T>(caller: ClientCaller, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { tenantId } = caller.client;
    return this.database.transaction({ tenantId }, async (manager) => {
      await manager.query('select lock_tenant($1)', [tenantId]);
      // Under the lock that a revocation would need: it cannot change before this commits.
      await this.authenticator.refresh(caller, manager);
      return work(manager);
    });
  }
}
