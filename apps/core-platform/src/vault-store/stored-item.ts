import type { SealedBlob } from '../encryption/encryption-gateway.js';
import type { ItemPart, ItemParts } from '../vault/item-context.js';

/** What lies in clear of a vault item. */
export interface StoredItem {
  readonly id: string;
  readonly type: string;
  readonly labels: readonly string[];
  /** A UUID made new at each write, so that blobs of two writes do not fit together. */
  readonly revision: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A blob in its place. */
export interface StoredBlob extends SealedBlob {
  readonly id: string;
  readonly part: ItemPart;
}

/** An item with all its blobs, as they were at one moment. */
export interface WholeItem {
  readonly item: StoredItem;
  readonly blobs: readonly StoredBlob[];
}

/** Which blobs an item has, as its context says it. */
export function partsOf(blobs: readonly Pick<StoredBlob, 'part'>[]): ItemParts {
  return blobs.some(({ part }) => part === 'metadata') ? 'data,metadata' : 'data';
}
