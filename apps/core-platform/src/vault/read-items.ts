import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { AppError, toAppError } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';
import { type ActFacts, tenantAct } from '../audit/act.js';
import { AuditRepository } from '../audit/audit.repository.js';
import { LOGGER, type Logger } from '../platform/logger.js';
import type { Position } from '../paging/position.js';
import {
  type ItemFilter,
  type ListedItem,
  type Slice,
  VaultListRepository,
} from '../vault-store/vault-list.repository.js';
import type { WholeItem } from '../vault-store/stored-item.js';
import { VaultRepository } from '../vault-store/vault.repository.js';
import type { ItemPart } from './item-context.js';
import { ItemSealer, type OpenedItem } from './item-sealer.js';

const EVERY_PART: ReadonlySet<ItemPart> = new Set(['data', 'metadata']);
/** Of ciphertext in one answer, so that a page of large items does not fill the memory. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;

interface ItemsPage {
  readonly limit: number;
  readonly after: Position | undefined;
}

/** Reads items. What has been opened is recorded before it is handed out, and so is what did not open. */
@Injectable()
export class ReadItems {
  readonly #vault: VaultRepository;
  readonly #lists: VaultListRepository;
  readonly #sealer: ItemSealer;
  readonly #audit: AuditRepository;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(
    vault: VaultRepository,
    lists: VaultListRepository,
    sealer: ItemSealer,
    audit: AuditRepository,
    clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#vault = vault;
    this.#lists = lists;
    this.#sealer = sealer;
    this.#audit = audit;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** @throws AppError `not_found`, or why it does not open. */
  async read(itemId: string, caller: TenantCaller): Promise<OpenedItem> {
    const whole = await this.#vault.find(caller.tenantId, itemId);
    if (whole === undefined) throw new AppError('not_found');
    const subject = { kind: 'item', id: itemId } as const;
    const [opened] = await this.#open([whole], EVERY_PART, caller, 'item.read', { subject });
    if (opened === undefined) throw new AppError('internal');
    return opened;
  }

  /** Without opening anything. An item that lost its data is listed as well, so that it can be found and deleted. */
  async list(
    filter: ItemFilter,
    page: ItemsPage,
    { tenantId, requestId }: TenantCaller,
  ): Promise<Slice<ListedItem>> {
    const slice = await this.#lists.listItems(tenantId, filter, page);
    for (const { item, encryptionVersionId } of slice.rows) {
      // Nobody but whoever changes the database by hand can make one.
      if (encryptionVersionId === undefined)
        this.#logger.error({ requestId, tenantId, itemId: item.id }, 'item_without_data');
    }
    return slice;
  }

  /** @throws AppError why one of them does not open, and which, as `items[i]`. */
  async listOpened(
    filter: ItemFilter,
    parts: ReadonlySet<ItemPart>,
    page: ItemsPage,
    caller: TenantCaller,
  ): Promise<Slice<OpenedItem>> {
    const sized = { ...page, maxBytes: MAX_PAGE_BYTES };
    const { rows, hasMore } = await this.#lists.listWhole(caller.tenantId, filter, sized);
    const facts = { items: rows.length };
    return { rows: await this.#open(rows, parts, caller, 'item.list', facts), hasMore };
  }

  async #open(
    items: readonly WholeItem[],
    parts: ReadonlySet<ItemPart>,
    caller: TenantCaller,
    action: 'item.read' | 'item.list',
    facts: ActFacts,
  ): Promise<OpenedItem[]> {
    const record = (outcome: 'success' | AppError['code']): Promise<void> =>
      this.#audit.record(tenantAct(caller, action, this.#clock.now(), { ...facts, outcome }));
    let opened: OpenedItem[];
    try {
      const nameOf = action === 'item.list' ? nameInList : undefined;
      opened = await this.#sealer.open(items, parts, caller, nameOf);
    } catch (error) {
      await record(toAppError(error).code);
      throw error;
    }
    await record('success');
    return opened;
  }
}

function nameInList(index: number): string {
  return `items[${index.toString()}]`;
}
