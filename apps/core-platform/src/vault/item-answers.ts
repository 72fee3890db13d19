import type { ListedItem } from '../vault-store/vault-list.repository.js';
import type { OpenedItem } from './item-sealer.js';
import type { ItemAnswer } from './vault.dto.js';

/** An item with what was opened of it; of a listed one nothing was. */
export function toItemAnswer({
  item,
  encryptionVersionId,
  data,
  metadata,
}: OpenedItem | (ListedItem & { data?: never; metadata?: never })): ItemAnswer {
  const { id, type, labels, createdAt, updatedAt } = item;
  return {
    id,
    type,
    labels: [...labels],
    ...(metadata === undefined ? {} : { metadata }),
    ...data,
    ...(encryptionVersionId === undefined ? {} : { encryptionVersionId }),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
