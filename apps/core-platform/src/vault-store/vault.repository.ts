import type { Act } from '../audit/act.js';
import type { StoredItem, WholeItem } from './stored-item.js';

/** Vault items and their blobs: an item and its blobs are written in one transaction, and read as they were at one moment. */
export abstract class VaultRepository {
  abstract insert(tenantId: string, whole: WholeItem, act: Act): Promise<void>;

  /**
   * Puts other content into an item, whose time of creation stays.
   *
   * @returns the item as it is now; `undefined` where there is none.
   */
  abstract replace(tenantId: string, whole: WholeItem, act: Act): Promise<StoredItem | undefined>;

  /** @returns whether there was one. */
  abstract remove(tenantId: string, itemId: string, act: Act): Promise<boolean>;

  abstract exists(tenantId: string, itemId: string): Promise<boolean>;

  abstract find(tenantId: string, itemId: string): Promise<WholeItem | undefined>;
}
