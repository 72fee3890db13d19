import type { ItemPart } from '../vault/item-context.js';
import type { StoredBlob, StoredItem, WholeItem } from './stored-item.js';

/** The columns of an item. */
export interface ItemRow {
  readonly id: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly revision: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** One line of the join of items and blobs. */
export interface JoinedRow extends ItemRow {
  readonly blob_id: string | null;
  readonly part: ItemPart;
  readonly connection_id: string;
  readonly encryption_id: string;
  readonly encryption_version_id: string;
  readonly algorithm: string;
  readonly cipher_text: Buffer;
  readonly metadata: Record<string, unknown>;
}

/** The columns of {@link JoinedRow}, of an item `i` and a blob `b`. */
export const JOINED_COLUMNS = `
  i.id, i.type, i.labels, i.revision, i.created_at, i.updated_at, b.id as blob_id, b.part,
  b.connection_id, b.encryption_id, b.encryption_version_id, b.algorithm, b.cipher_text, b.metadata`;

export function toStoredItem(row: ItemRow): StoredItem {
  const { id, type, labels, revision, created_at: createdAt, updated_at: updatedAt } = row;
  return { id, type, labels, revision, createdAt, updatedAt };
}

/** The blob of a line; an item that lost its blobs has a line without one. */
export function toStoredBlobs(row: JoinedRow): StoredBlob[] {
  if (row.blob_id === null) return [];
  return [
    {
      id: row.blob_id,
      part: row.part,
      connectionId: row.connection_id,
      encryptionId: row.encryption_id,
      encryptionVersionId: row.encryption_version_id,
      algorithm: row.algorithm,
      cipherText: row.cipher_text,
      metadata: row.metadata,
    },
  ];
}

/** Puts lines together, in the order in which their items come first. */
export function toWholeItems(rows: readonly JoinedRow[]): WholeItem[] {
  const whole = new Map<string, { item: StoredItem; blobs: StoredBlob[] }>();
  for (const row of rows) {
    const entry = whole.get(row.id) ?? { item: toStoredItem(row), blobs: [] };
    entry.blobs.push(...toStoredBlobs(row));
    whole.set(row.id, entry);
  }
  return [...whole.values()];
}
