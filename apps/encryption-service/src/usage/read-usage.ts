import {
  type Page,
  pageLimit,
  parseCursor,
  toPage,
  type UsageAnswer,
  type UsageQuery,
} from '@app/contract';
import { isUuid } from '@app/encoding';
import { invalidField } from '@app/errors';
import type { Database } from '@app/persistence';
import type { ClientCaller } from '../callers/caller.js';

const DAY_MILLIS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What is rolled up, and the records that are not yet: each record is in one of the two, in every snapshot. */
const READ = `
  with p as materialized (select base_id, rolled_id, xact, tail_id from usage_position()),
  counted as (
    select day, operation, encryption_id, operations, bytes + stream_bytes as bytes from usage_day where tenant_id = $1
    union all
    select (a.at at time zone 'UTC')::date, a.operation, a.encryption_id, a.items, a.bytes from audit_record a, p
      where a.tenant_id = $1 and a.outcome = 'success' and a.encryption_id is not null
        and a.id > p.tail_id and a.xact >= p.xact
    union all
    select (a.at at time zone 'UTC')::date, a.operation, a.encryption_id, a.items, a.bytes from audit_record a, p
      where a.tenant_id = $1 and a.outcome = 'success' and a.encryption_id is not null
        and a.id > p.rolled_id and a.id <= p.base_id
  )
  select to_char(day, 'YYYY-MM-DD') as day, operation, encryption_id as "encryptionId",
         sum(operations)::text as operations, sum(bytes)::text as bytes
  from counted
  where ($2::date is null or day >= $2) and ($3::date is null or day < $3)
    and ($4::uuid[] is null or encryption_id = any ($4))
    and ($5::date is null or (day, operation, encryption_id) > ($5, $6::text, $7::uuid))
  group by day, operation, encryption_id
  having sum(operations) > 0 or sum(bytes) > 0
  order by day, operation, encryption_id limit $8`;

interface UsageRow {
  readonly day: string;
  readonly operation: string;
  readonly encryptionId: string;
  /** Sums, as text. */
  readonly operations: string;
  readonly bytes: string;
}

/** What a tenant has used, by day. */
export class ReadUsage {
  constructor(private readonly database: Database) {}

  /** @throws AppError `invalid_request`, `database_unavailable`. */
  async read({ client }: ClientCaller, query: UsageQuery): Promise<Page<UsageAnswer>> {
    const { tenantId, encryptionIds } = client;
    const limit = pageLimit(query);
    const values = [
      tenantId,
      query.from === undefined ? null : dayOf(query.from),
      query.to === undefined ? null : firstDayFrom(query.to),
      encryptionIds ?? null,
      ...afterOf(query),
      limit + 1,
    ];
    const rows = await this.database.transaction({ tenantId }, (manager) =>
      manager.query<UsageRow[]>(READ, values),
    );
    return toPage(rows, limit, keyOf, toAnswer);
  }
}

function toAnswer({ day, operation, encryptionId, operations, bytes }: UsageRow): UsageAnswer {
  return { day, operation, encryptionId, operations: Number(operations), bytes: Number(bytes) };
}

function keyOf({ day, operation, encryptionId }: UsageRow): readonly string[] {
  return [day, operation, encryptionId];
}

function afterOf(query: UsageQuery): readonly (string | null)[] {
  const after = parseCursor(query, 3);
  if (after === undefined) return [null, null, null];
  const [day = '', , encryptionId] = after;
  if (!DAY.test(day) || Number.isNaN(Date.parse(day)) || !isUuid(encryptionId))
    throw invalidField('cursor', 'must be a nextCursor of this list');
  return after;
}

function textOf(millis: number): string {
  return new Date(millis).toISOString().slice(0, 10);
}

/** The day, UTC, of a day or a time. */
function dayOf(text: string): string {
  return textOf(Date.parse(text));
}

/** The first day, UTC, that begins at a day or a time, or after it. */
function firstDayFrom(text: string): string {
  return textOf(Math.ceil(Date.parse(text) / DAY_MILLIS) * DAY_MILLIS);
}
