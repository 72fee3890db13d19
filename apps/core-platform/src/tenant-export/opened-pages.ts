import { type ErrorCode, toAppError } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';
import type { WholeItem } from '../vault-store/stored-item.js';
import type { ItemPart } from '../vault/item-context.js';
import { ItemSealer, type OpenedItem } from '../vault/item-sealer.js';
import type { ExportFailure } from './manifest.js';

const EVERY_PART: ReadonlySet<ItemPart> = new Set(['data', 'metadata']);

/** What one item may fail of, by itself: the others go on. */
const OF_ONE_ITEM: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'decryption_failed',
  'version_destroyed',
  'version_not_usable',
]);

/** A page of items, those that opened and those that did not. */
export interface OpenedPage {
  readonly opened: readonly OpenedItem[];
  readonly failures: readonly ExportFailure[];
}

/**
 * Opens a page of items. Where one of them does not open, each is tried by itself.
 *
 * @throws AppError what ails all of them: the service, the master key.
 */
export async function openPage(
  sealer: ItemSealer,
  items: readonly WholeItem[],
  caller: TenantCaller,
): Promise<OpenedPage> {
  try {
    return { opened: await sealer.open(items, EVERY_PART, caller), failures: [] };
  } catch (error) {
    assertOfOneItem(error);
  }
  const opened: OpenedItem[] = [];
  const failures: ExportFailure[] = [];
  for (const whole of items) {
    try {
      opened.push(...(await sealer.open([whole], EVERY_PART, caller)));
    } catch (error) {
      failures.push({ itemId: whole.item.id, code: assertOfOneItem(error) });
    }
  }
  return { opened, failures };
}

function assertOfOneItem(error: unknown): ErrorCode {
  const { code } = toAppError(error);
  if (!OF_ONE_ITEM.has(code)) throw error;
  return code;
}
