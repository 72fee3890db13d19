import type { TenantCaller } from '../access/caller.js';
import type { Act } from '../audit/act.js';
import type { StoredItem, WholeItem } from './stored-item.js';

/**
 * Vault items and their blobs: an item and its blobs are written in one transaction, and read as they were at one moment. Writing throws
 * `unauthenticated`, `not_found` or `forbidden` where the caller may not any more, and `conflict` for blobs that were sealed by a
 * connection which is not the tenant's current one any more.
 */
export abstract class VaultRepository {
  abstract insert(caller: TenantCaller, whole: WholeItem, act: Act): Promise<void>;

  /**
   * Puts other content into an item, whose time of creation stays. Its time of change is that of the writing, and not the one given.
   *
   * @returns the item as it is now; `undefined` where there is none.
   */
  abstract replace(
    caller: TenantCaller,
    whole: WholeItem,
    act: Act,
  ): Promise<StoredItem | undefined>;

  /** @returns whether there was one. */
  abstract remove(caller: TenantCaller, itemId: string, act: Act): Promise<boolean>;

  abstract exists(tenantId: string, itemId: string): Promise<boolean>;

  abstract find(tenantId: string, itemId: string): Promise<WholeItem | undefined>;
}
