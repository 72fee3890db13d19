import type { TenantCaller } from '../access/caller.js';
import type { Act } from '../audit/act.js';

/**
 * What is left of a tenant on its way out. It has no members any more from the first step on, so that to everybody it does not exist;
 * its rows follow in steps, each of which may be repeated.
 */
export abstract class RemovalRepository {
  /**
   * Takes the tenant from all its people and machines, and ends what is under way at its connections.
   *
   * @throws AppError `unauthenticated`, `not_found` or `forbidden` where the caller may not any more.
   */
  abstract begin(caller: TenantCaller, act: Act): Promise<void>;

  /** Erases some items with their blobs. @returns whether there may be more. */
  abstract eraseItems(tenantId: string): Promise<boolean>;

  /** Erases a connection with its credentials. The act is recorded where it was still there. */
  abstract eraseConnection(tenantId: string, connectionId: string, act: Act): Promise<void>;

  /** Erases the tenant's own row, behind which nothing else is left. */
  abstract eraseTenant(tenantId: string): Promise<void>;

  /** A tenant of which something is left, the first one behind `tenantId`. */
  abstract findUnfinished(tenantId: string): Promise<string | undefined>;
}
