import { AppError } from '@app/errors';
import type { StoredBlob, StoredItem } from '../vault-store/stored-item.js';
import type { ItemContent } from './item-content.js';
import type { OpenedItem } from './item-sealer.js';

/** An item that has just been written, as it would open. */
export function written(
  item: StoredItem,
  blobs: readonly StoredBlob[],
  { data, encoding, metadata }: ItemContent,
): OpenedItem {
  const version = blobs.find(({ part }) => part === 'data')?.encryptionVersionId;
  if (version === undefined) throw new AppError('internal');
  const opened = { item, encryptionVersionId: version, data: { data, encoding } };
  return metadata === undefined ? opened : { ...opened, metadata };
}
