import { hash } from 'node:crypto';
import { encodeMembers } from '@app/encoding';

/** A blob of a vault item: what the person stores, or what they say about it. */
export type ItemPart = 'data' | 'metadata';

/** Which blobs an item has. */
export type ItemParts = 'data' | 'data,metadata';

/** All that stands in clear beside the blobs of one vault item. */
export interface ItemPlace {
  /** The core's tenant id. */
  readonly tenantId: string;
  readonly itemId: string;
  readonly part: ItemPart;
  readonly parts: ItemParts;
  /** A UUID made new at each write and kept in the row. */
  readonly revision: string;
  readonly type: string;
  /** In the order of the row. */
  readonly labels: readonly string[];
}

/**
 * The context that a vault item's blob is sealed with (`docs/spec/encoding-v1.md`). Nothing that lies in clear beside a blob can then be
 * changed or dropped in the database, and no two revisions mixed, without the blob refusing to open.
 */
export function itemContext(place: ItemPlace): Record<string, string> {
  return {
    'keyward.tenant': place.tenantId.toLowerCase(),
    'keyward.item': place.itemId.toLowerCase(),
    'keyward.part': place.part,
    'keyward.parts': place.parts,
    'keyward.revision': place.revision.toLowerCase(),
    'keyward.type': place.type,
    'keyward.labels': hash('sha256', encodeMembers(...place.labels), 'base64url'),
  };
}
