import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import type { Database } from '@app/persistence';
import type { Authenticator } from '../../callers/authenticator.js';
import type { ClientCaller } from '../../callers/caller.js';
import { underTenantLock } from '../../tenants/tenant-lock.js';

/**
 * Between two changes that follow each other at once: a use of keys that finds what it read out of date at each of its tries would never
 * end. Between those of several replicas `lock_tenant` sees to it.
 */
const PAUSE_MILLIS = 10;

/**
 * Changes of what decides about a tenant's keys: one at a time, and none while a key use is between reading and recording. A change
 * waits for the one before it in memory, not on a connection: a tenant that changes much must not take the pool from the others.
 */
export class TenantChanges {
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(
    private readonly database: Database,
    private readonly authenticator: Authenticator,
  ) {}

  /**
   * Runs a client's change in one transaction under the tenant's exclusive lock, if the client still may call.
   *
   * @param work - gets the caller as it is now, read under the lock.
   * @throws AppError `unauthenticated` or `forbidden` where the caller was revoked meanwhile, or what `work` throws.
   */
  async run<T>(
    caller: ClientCaller,
    work: (manager: EntityManager, caller: ClientCaller) => Promise<T>,
  ): Promise<T> {
    const { tenantId } = caller.client;
    return this.#inTurn(tenantId, () =>
      underTenantLock(this.database, { tenantId }, async (manager) => {
        // Under the lock that a revocation would need: it cannot change before this commits.
        const current = await this.authenticator.refresh(caller, manager);
        return work(manager, current);
      }),
    );
  }

  /** Runs a change that the service makes by itself, as {@link run} does that of a client. */
  async runUnasked<T>(tenantId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.#inTurn(tenantId, () => underTenantLock(this.database, { tenantId }, work));
  }

  async #inTurn<T>(tenantId: string, run: () => Promise<T>): Promise<T> {
    const before = this.#last.get(tenantId);
    const change = before === undefined ? run() : before.then(() => sleep(PAUSE_MILLIS)).then(run);
    // What failed before must not keep the next one from running.
    const ended = change.catch(() => undefined);
    this.#last.set(tenantId, ended);
    try {
      return await change;
    } finally {
      if (this.#last.get(tenantId) === ended) this.#last.delete(tenantId);
    }
  }
}
