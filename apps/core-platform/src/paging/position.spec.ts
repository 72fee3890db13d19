import { describe, expect, it } from 'vitest';
import { parsePosition, positionKey } from './position.js';

const id = '11111111-1111-4111-8111-111111111111';
const encode = (text: string): string => Buffer.from(text).toString('base64url');
const refused = expect.objectContaining({ code: 'invalid_request' }) as unknown;

describe('parsePosition', () => {
  it('reads what positionKey wrote', () => {
    const createdAt = new Date('2030-01-02T03:04:05.678Z');
    const cursor = encode(positionKey({ createdAt, id }).join('\n'));
    expect(parsePosition({ cursor })).toEqual({ at: createdAt, id });
  });

  it('begins at the first row without a cursor', () => {
    expect(parsePosition({})).toBeUndefined();
  });

  it.each([
    ['one part', encode('2030-01-01T00:00:00.000Z')],
    ['three parts', encode(`2030-01-01T00:00:00.000Z\n${id}\nx`)],
    ['no time', encode(`yesterday\n${id}`)],
    ['a year that PostgreSQL does not have', encode(`+275760-09-13T00:00:00.000Z\n${id}`)],
    ['a year before the first', encode(`-000001-01-01T00:00:00.000Z\n${id}`)],
    ['a day that there is not', encode(`2030-02-31T00:00:00.000Z\n${id}`)],
    ['a time in another form', encode(`2030-01-01T00:00:00Z\n${id}`)],
    ['no UUID', encode('2030-01-01T00:00:00.000Z\nx')],
    ['SQL', encode(`2030-01-01T00:00:00.000Z\n' or true --`)],
  ])('refuses a cursor with %s', (_, cursor) => {
    expect(() => parsePosition({ cursor })).toThrow(refused);
  });
});
