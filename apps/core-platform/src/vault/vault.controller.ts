import { Body, Controller, Param, Query } from '@nestjs/common';
import { MASTER_KEY, type Page, pageLimit } from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { memberOf } from '../access/caller.js';
import { KEY_ERRORS } from '../encryption/service-errors.js';
import { parsePosition, positionKey, toCursorPage } from '../paging/position.js';
import { CreateItem } from './create-item.js';
import { DeleteItem } from './delete-item.js';
import { toItemAnswer } from './item-answers.js';
import { checkContent, type ItemContent } from './item-content.js';
import type { ItemPart } from './item-context.js';
import { ReadItems } from './read-items.js';
import { ReplaceItem } from './replace-item.js';
import { ItemAnswer, ItemRequest, ItemsQuery } from './vault.dto.js';

const WRITE_ERRORS = ['invalid_base64', 'conflict', ...KEY_ERRORS] as const;
const READ_ERRORS = [
  'decryption_failed',
  'version_destroyed',
  'version_not_usable',
  ...KEY_ERRORS,
] as const;

@Controller()
export class VaultController {
  readonly #createItem: CreateItem;
  readonly #readItems: ReadItems;
  readonly #replaceItem: ReplaceItem;
  readonly #deleteItem: DeleteItem;

  constructor(
    createItem: CreateItem,
    readItems: ReadItems,
    replaceItem: ReplaceItem,
    deleteItem: DeleteItem,
  ) {
    this.#createItem = createItem;
    this.#readItems = readItems;
    this.#replaceItem = replaceItem;
    this.#deleteItem = deleteItem;
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/tenants/:tenantId/vault',
    access: 'vault:write',
    summary: 'Store an item',
    body: ItemRequest,
    answer: ItemAnswer,
    status: 201,
    errors: WRITE_ERRORS,
    headers: [MASTER_KEY],
  })
  async create(
    @Param('tenantId') tenantId: string,
    @Body() body: ItemRequest,
    @CurrentCall() call: Call,
  ): Promise<ItemAnswer> {
    const content = toContent(body);
    return toItemAnswer(await this.#createItem.create(content, memberOf(call, tenantId)));
  }

  @Endpoint({
    method: 'GET',
    path: '/api/v1/tenants/:tenantId/vault',
    access: 'vault:read',
    summary: 'Items, oldest first',
    query: ItemsQuery,
    answer: ItemAnswer,
    paged: true,
    errors: READ_ERRORS,
    headers: [MASTER_KEY],
  })
  async list(
    @Param('tenantId') tenantId: string,
    @Query() query: ItemsQuery,
    @CurrentCall() call: Call,
  ): Promise<Page<ItemAnswer>> {
    const { type, label, include } = query;
    const page = { limit: pageLimit(query), after: parsePosition(query) };
    const caller = memberOf(call, tenantId);
    const filter = { type, label };
    if (include === undefined) {
      const slice = await this.#readItems.list(filter, page, caller);
      return toCursorPage(slice, ({ item }) => positionKey(item), toItemAnswer);
    }
    const parts = new Set(include.split(',') as ItemPart[]);
    const slice = await this.#readItems.listOpened(filter, parts, page, caller);
    return toCursorPage(slice, ({ item }) => positionKey(item), toItemAnswer);
  }

  @Endpoint({
    method: 'GET',
    path: '/api/v1/tenants/:tenantId/vault/:itemId',
    access: 'vault:read',
    summary: 'One item, opened',
    answer: ItemAnswer,
    errors: READ_ERRORS,
    headers: [MASTER_KEY],
  })
  async read(
    @Param('tenantId') tenantId: string,
    @Param('itemId') itemId: string,
    @CurrentCall() call: Call,
  ): Promise<ItemAnswer> {
    return toItemAnswer(await this.#readItems.read(itemId, memberOf(call, tenantId)));
  }

  @Endpoint({
    method: 'PUT',
    path: '/api/v1/tenants/:tenantId/vault/:itemId',
    access: 'vault:write',
    summary: 'Put other content into an item',
    body: ItemRequest,
    answer: ItemAnswer,
    errors: WRITE_ERRORS,
    headers: [MASTER_KEY],
  })
  async replace(
    @Param('tenantId') tenantId: string,
    @Param('itemId') itemId: string,
    @Body() body: ItemRequest,
    @CurrentCall() call: Call,
  ): Promise<ItemAnswer> {
    const content = toContent(body);
    return toItemAnswer(await this.#replaceItem.replace(itemId, content, memberOf(call, tenantId)));
  }

  @Endpoint({
    method: 'DELETE',
    path: '/api/v1/tenants/:tenantId/vault/:itemId',
    access: 'vault:write',
    summary: 'Delete an item and its blobs',
  })
  async delete(
    @Param('tenantId') tenantId: string,
    @Param('itemId') itemId: string,
    @CurrentCall() call: Call,
  ): Promise<void> {
    await this.#deleteItem.delete(itemId, memberOf(call, tenantId));
  }
}

/** Checked before the tenant is looked at, since a wrong body is refused before an unknown tenant is. */
function toContent({
  type,
  labels = [],
  metadata,
  data,
  encoding = 'utf8',
}: ItemRequest): ItemContent {
  const content = { type, labels, metadata, data, encoding };
  checkContent(content);
  return content;
}
