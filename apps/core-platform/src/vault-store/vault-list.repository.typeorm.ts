import { Injectable } from '@nestjs/common';
import { Database } from '@app/persistence';
import type { Position } from '../paging/position.js';
import type { ItemParts } from '../vault/item-context.js';
import type { WholeItem } from './stored-item.js';
import {
  type ItemFilter,
  type ListedItem,
  type PlacedBlob,
  type SizedPage,
  type Slice,
  VaultListRepository,
} from './vault-list.repository.js';
import {
  type ItemRow,
  JOINED_COLUMNS,
  type JoinedRow,
  toStoredBlobs,
  toStoredItem,
  toWholeItems,
} from './whole-rows.js';

// $1 tenant, $2 type, $3 label, $4 and $5 the position behind which to begin, $6 how many.
const CHOSEN = `
  from vault_item i
  where i.tenant_id = $1
    and ($2::text is null or i.type = $2)
    and ($3::text is null or i.labels @> array[$3::text])
    and ($4::timestamptz is null or (i.created_at, i.id) > ($4, $5::uuid))
  order by i.created_at, i.id
  limit $6`;

const LIST_ITEMS = `
  select i.id, i.type, i.labels, i.revision, i.created_at, i.updated_at, (
    select b.encryption_version_id
    from blob b where b.tenant_id = i.tenant_id and b.item_id = i.id and b.part = 'data'
  ) ${CHOSEN}`;

// One statement each, from choosing to loading, so that a row that is deleted meanwhile cannot end a list too early. `found` is one more
// than the limit where there is another page. $7: how many bytes.
const LIST_WHOLE = `
  with candidate as (
    select i.id, i.created_at, (
      select coalesce(sum(octet_length(b.cipher_text)), 0)
      from blob b where b.tenant_id = i.tenant_id and b.item_id = i.id
    ) as bytes ${CHOSEN}
  ), sized as (
    select id, row_number() over place as number, sum(bytes) over place as total,
           (count(*) over ())::int as found
    from candidate window place as (order by created_at, id)
  )
  select ${JOINED_COLUMNS}, s.found
  from sized s join vault_item i on i.id = s.id
  left join blob b on b.tenant_id = i.tenant_id and b.item_id = i.id
  where i.tenant_id = $1 and s.number < $6 and (s.number = 1 or s.total <= $7)
  order by s.number, b.part`;

// $1 tenant, $2 the id behind which to begin, $3 how many, $4 how many bytes.
const LIST_BLOBS = `
  with candidate as (
    select b.id, octet_length(b.cipher_text) as bytes from blob b
    where b.tenant_id = $1 and ($2::uuid is null or b.id > $2)
    order by b.id limit $3
  ), sized as (
    select id, row_number() over place as number, sum(bytes) over place as total,
           (count(*) over ())::int as found
    from candidate window place as (order by id)
  )
  select ${JOINED_COLUMNS}, s.found, exists (
    select from blob m where m.tenant_id = i.tenant_id and m.item_id = i.id and m.part = 'metadata'
  ) as has_metadata
  from sized s join blob b on b.id = s.id
  join vault_item i on i.tenant_id = b.tenant_id and i.id = b.item_id
  where b.tenant_id = $1 and s.number < $3 and (s.number = 1 or s.total <= $4)
  order by s.number`;

@Injectable()
export class TypeormVaultListRepository extends VaultListRepository {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override async listItems(
    tenantId: string,
    filter: ItemFilter,
    page: { readonly limit: number; readonly after: Position | undefined },
  ): Promise<Slice<ListedItem>> {
    const rows = await this.#database.transaction({ tenantId }, (manager) =>
      manager.query<ListedRow[]>(LIST_ITEMS, valuesOf(tenantId, filter, page)),
    );
    const shown = rows.slice(0, page.limit).map(toListedItem);
    return { rows: shown, hasMore: rows.length > page.limit };
  }

  override async listWhole(
    tenantId: string,
    filter: ItemFilter,
    page: SizedPage<Position>,
  ): Promise<Slice<WholeItem>> {
    const values = [...valuesOf(tenantId, filter, page), page.maxBytes];
    const rows = await this.#database.transaction({ tenantId }, (manager) =>
      manager.query<FoundRow[]>(LIST_WHOLE, values),
    );
    return toSlice(rows, toWholeItems(rows));
  }

  override async listBlobs(tenantId: string, page: SizedPage<string>): Promise<Slice<PlacedBlob>> {
    const values = [tenantId, page.after ?? null, page.limit + 1, page.maxBytes];
    const rows = await this.#database.transaction({ tenantId }, (manager) =>
      manager.query<PlacedRow[]>(LIST_BLOBS, values),
    );
    return toSlice(rows, rows.flatMap(toPlacedBlobs));
  }
}

interface ListedRow extends ItemRow {
  readonly encryption_version_id: string | null;
}

function toListedItem(row: ListedRow): ListedItem {
  const encryptionVersionId = row.encryption_version_id ?? undefined;
  return { item: toStoredItem(row), encryptionVersionId };
}

interface FoundRow extends JoinedRow {
  readonly found: number;
}

interface PlacedRow extends FoundRow {
  readonly has_metadata: boolean;
}

function toPlacedBlobs(row: PlacedRow): PlacedBlob[] {
  const parts: ItemParts = row.has_metadata ? 'data,metadata' : 'data';
  return toStoredBlobs(row).map((blob) => ({ blob, item: toStoredItem(row), parts }));
}

function toSlice<T>(lines: readonly FoundRow[], rows: readonly T[]): Slice<T> {
  return { rows, hasMore: (lines[0]?.found ?? 0) > rows.length };
}

/** One row more than the page has tells whether there is another page. */
function valuesOf(
  tenantId: string,
  { type, label }: ItemFilter,
  { after, limit }: { readonly limit: number; readonly after: Position | undefined },
): unknown[] {
  return [tenantId, type ?? null, label ?? null, after?.at ?? null, after?.id ?? null, limit + 1];
}
