import { decodeBase64Url, encodeBase64Url } from '@app/encoding';
import { invalidField } from '@app/errors';
import { Field } from './field.js';
import { textOf } from './rules.js';

const DEFAULT_LIMIT = 50;

/** The query of every list. */
export class PageQuery {
  @Field(textOf(/^([1-9]\d?|1\d\d|200)$/, 'must be a whole number from 1 to 200'), {
    description: 'How many items at most: 1 to 200, by default 50.',
    optional: true,
  })
  limit?: string;

  @Field(textOf(/^[A-Za-z0-9_-]{1,400}$/, 'must be a nextCursor of this list'), {
    description: 'The nextCursor of the page before.',
    optional: true,
  })
  cursor?: string;
}

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/** How many items a page has at most. */
export function pageLimit(query: PageQuery): number {
  return query.limit === undefined ? DEFAULT_LIMIT : Number(query.limit);
}

function readKey(cursor: string): string[] | undefined {
  try {
    return decodeBase64Url(cursor, 'cursor').toString('utf8').split('\n');
  } catch {
    // Its base64 is ours: to the caller a cursor is one opaque word, right or wrong.
    return undefined;
  }
}

/**
 * The sort key after which a page begins. It is no secret and no capability: what a caller may see is decided anew for each page.
 *
 * @param parts - how many texts the key of this list has.
 * @throws AppError `invalid_request`, naming `cursor`.
 */
export function parseCursor(query: PageQuery, parts: number): readonly string[] | undefined {
  if (query.cursor === undefined) return undefined;
  const key = readKey(query.cursor);
  if (key?.length !== parts) throw invalidField('cursor', 'must be a nextCursor of this list');
  return key;
}

/**
 * Cuts a page out of rows of which one more than the limit was read.
 *
 * @param keyOf - the sort key of a row; no text in it has a line feed.
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly string[],
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    items: shown.map(toItem),
    ...(more ? { nextCursor: encodeBase64Url(Buffer.from(keyOf(last).join('\n'), 'utf8')) } : {}),
  };
}
