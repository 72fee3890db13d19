import type { ItemParts } from '../vault/item-context.js';
import type { Position } from '../paging/position.js';
import type { StoredBlob, StoredItem, WholeItem } from './stored-item.js';

/** Which items are listed. Only what lies in clear can be searched. */
export interface ItemFilter {
  readonly type?: string | undefined;
  readonly label?: string | undefined;
}

/** A page that may end before its limit, where more would be too large for one answer. */
export interface Slice<T> {
  readonly rows: readonly T[];
  readonly hasMore: boolean;
}

/** A blob, and what it is bound to. */
export interface PlacedBlob {
  readonly blob: StoredBlob;
  readonly item: StoredItem;
  readonly parts: ItemParts;
}

/** An item without its blobs, and the version that its data lies under. */
export interface ListedItem {
  readonly item: StoredItem;
  /** Absent where the item lost its data. */
  readonly encryptionVersionId: string | undefined;
}

export interface SizedPage<After> {
  readonly limit: number;
  readonly after: After | undefined;
  /** Of ciphertext in one page, about; a page has one row at least. */
  readonly maxBytes: number;
}

export abstract class VaultListRepository {
  /** Oldest first, without blobs. */
  abstract listItems(
    tenantId: string,
    filter: ItemFilter,
    page: { readonly limit: number; readonly after: Position | undefined },
  ): Promise<Slice<ListedItem>>;

  /** As {@link listItems}, each with its blobs. */
  abstract listWhole(
    tenantId: string,
    filter: ItemFilter,
    page: SizedPage<Position>,
  ): Promise<Slice<WholeItem>>;

  /** All blobs in the order of their ids; a page begins after an id. */
  abstract listBlobs(tenantId: string, page: SizedPage<string>): Promise<Slice<PlacedBlob>>;
}
