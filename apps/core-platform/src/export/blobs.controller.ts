import { Controller, Param, Query } from '@nestjs/common';
import { type Page, pageLimit, PageQuery, parseCursor } from '@app/contract';
import { isUuid } from '@app/encoding';
import { invalidField } from '@app/errors';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { memberOf } from '../access/caller.js';
import { toCursorPage } from '../paging/position.js';
import { BlobAnswer, toBlobAnswer } from './blob.dto.js';
import { ListBlobs } from './list-blobs.js';

@Controller()
export class BlobsController {
  readonly #listBlobs: ListBlobs;

  constructor(listBlobs: ListBlobs) {
    this.#listBlobs = listBlobs;
  }

  @Endpoint({
    method: 'GET',
    path: '/api/v1/tenants/:tenantId/blobs',
    access: 'blobs:read',
    summary: 'All blobs of a tenant, as they are stored',
    query: PageQuery,
    answer: BlobAnswer,
    paged: true,
  })
  async list(
    @Param('tenantId') tenantId: string,
    @Query() query: PageQuery,
    @CurrentCall() call: Call,
  ): Promise<Page<BlobAnswer>> {
    const page = { limit: pageLimit(query), after: parseAfter(query) };
    const slice = await this.#listBlobs.list(page, memberOf(call, tenantId));
    const keyOf = ({ blob }: { readonly blob: { readonly id: string } }) => [blob.id];
    return toCursorPage(slice, keyOf, (placed) => toBlobAnswer(placed, tenantId));
  }
}

function parseAfter(query: PageQuery): string | undefined {
  const [id] = parseCursor(query, 1) ?? [];
  if (id !== undefined && !isUuid(id))
    throw invalidField('cursor', 'must be a nextCursor of this list');
  return id;
}
