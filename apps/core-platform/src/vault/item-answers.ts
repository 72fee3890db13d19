import { AppError } from '@app/errors';
import type { ListedItem } from '../vault-store/vault-list.repository.js';
import type { OpenedItem } from './item-sealer.js';
import type { ItemAnswer } from './vault.dto.js';

export function toItemAnswer({
  item,
  encryptionVersionId,
  data,
  metadata,
}: OpenedItem): ItemAnswer {
  const { id, type, labels, createdAt, updatedAt } = item;
  return {
    id,
    type,
    labels: [...labels],
    ...(metadata === undefined ? {} : { metadata }),
    ...data,
    encryptionVersionId,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function toListAnswer({ item, encryptionVersionId }: ListedItem): ItemAnswer {
  // Nobody but whoever changes the database by hand can make one.
  if (encryptionVersionId === undefined)
    throw new AppError('internal', { alarm: 'item_without_data' });
  return toItemAnswer({ item, encryptionVersionId });
}
