import { type Page, type PageQuery, parseCursor, toPage } from '@app/contract';
import { isUuid } from '@app/encoding';
import { invalidField } from '@app/errors';

const FOUR_DIGIT_YEAR = /^\d{4}-/;

/** Where a page begins in a list that is sorted by time and, within one moment, by id. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

/** @throws AppError `invalid_request`, naming `cursor`. */
export function parsePosition(query: PageQuery): Position | undefined {
  const key = parseCursor(query, 2);
  if (key === undefined) return undefined;
  const [time = '', id] = key;
  const at = new Date(time);
  // PostgreSQL does not have all years that Date has.
  const isOurs = FOUR_DIGIT_YEAR.test(time) && !Number.isNaN(at.getTime());
  if (!isOurs || at.toISOString() !== time || !isUuid(id))
    throw invalidField('cursor', 'must be a nextCursor of this list');
  return { at, id };
}

/** The sort key of a row, as the cursor carries it. */
export function positionKey(row: {
  readonly createdAt: Date;
  readonly id: string;
}): readonly string[] {
  return [row.createdAt.toISOString(), row.id];
}

/** A page of rows that were cut already. */
export function toCursorPage<Row, Item>(
  { rows, hasMore }: { readonly rows: readonly Row[]; readonly hasMore: boolean },
  keyOf: (row: Row) => readonly string[],
  toItem: (row: Row) => Item,
): Page<Item> {
  // toPage tells a further page by a row too many, of which it looks at nothing.
  const last = rows.at(-1);
  const padded = hasMore && last !== undefined ? [...rows, last] : rows;
  return toPage(padded, rows.length, keyOf, toItem);
}
