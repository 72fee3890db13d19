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
    ['one part', encode('2030-01-01T00:00:00Z')],
    ['three parts', encode(`2030-01-01T00:00:00Z\n${id}\nx`)],
    ['no time', encode(`yesterday\n${id}`)],
    ['no UUID', encode('2030-01-01T00:00:00Z\nx')],
    ['SQL', encode(`2030-01-01T00:00:00Z\n' or true --`)],
  ])('refuses a cursor with %s', (_, cursor) => {
    expect(() => parsePosition({ cursor })).toThrow(refused);
  });
});
