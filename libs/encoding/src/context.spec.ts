import { AppError } from '@app/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkContext,
  encodeContext,
  MAX_CONTEXT_BYTES,
  MAX_CONTEXT_ENTRIES,
  type Context,
} from './context.js';
import { encodeMembers } from './members.js';

function refusal(
  action: () => unknown,
): { code: string; fields: string[] | undefined } | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, fields: error.errors?.map(({ field }) => field) };
  }
}

function entries(count: number): Context {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${String(index)}`, '']));
}

/** JSON.parse is how a context arrives: there `__proto__` is an own key. */
const withProto = JSON.parse('{"__proto__":"x","constructor":"y"}') as Context;

const WRONG: [string, unknown][] = [
  ['null', null],
  ['a list', ['a']],
  ['text', 'a=b'],
  ['a number', 1],
  ['a value that is a number', { a: 1 }],
  ['a value that is null', { a: null }],
  ['a value that is an object', { a: {} }],
  ['a lone surrogate in a key', { '\ud800': '' }],
  ['a lone surrogate in a value', { a: '\udc00' }],
  ['one entry too many', entries(MAX_CONTEXT_ENTRIES + 1)],
  ['one byte too many', { k: 'v'.repeat(MAX_CONTEXT_BYTES) }],
  [
    'characters of several bytes beyond the limit',
    { '': '\u00e9'.repeat(MAX_CONTEXT_BYTES / 2) + 'x' },
  ],
];

describe('a context', () => {
  it.each(WRONG)('may not be %s', (_, value) => {
    const expected = { code: 'invalid_request', fields: ['items[1].context'] };
    expect(refusal(() => checkContext(value, 'items[1].context'))).toEqual(expected);
  });

  it.each([
    ['the most entries', entries(MAX_CONTEXT_ENTRIES)],
    ['the most bytes', { k: 'v'.repeat(MAX_CONTEXT_BYTES - 1) }],
    ['an empty key', { '': 'x' }],
    ['a key __proto__', withProto],
  ])('may have %s', (_, context) => {
    expect(checkContext(context, 'context')).toBe(context);
  });

  it('is {} where it is absent', () => {
    expect(checkContext(undefined, 'context')).toEqual({});
    expect(encodeContext(undefined)).toEqual(encodeContext({}));
  });

  it('is never encoded beyond its limits, even where nobody checked it', () => {
    expect(refusal(() => encodeContext(entries(33)))).toEqual({
      code: 'invalid_request',
      fields: ['context'],
    });
  });

  it('sorts by the bytes of the keys, not by UTF-16 units', () => {
    const [bmp, astral] = ['\uff61', '\u{1f600}'];
    expect(bmp > astral).toBe(true);
    const expected = Buffer.concat([
      Buffer.from([0, 0, 0, 2]),
      encodeMembers(bmp, '1', astral, '2'),
    ]);
    expect(encodeContext({ [astral]: '2', [bmp]: '1' })).toEqual(expected);
  });

  it('counts own keys only, __proto__ among them', () => {
    expect(encodeContext(withProto)).toEqual(
      Buffer.concat([
        Buffer.from([0, 0, 0, 2]),
        encodeMembers('__proto__', 'x', 'constructor', 'y'),
      ]),
    );
  });

  it('encodes alike in whatever order its entries come, and differently for any other entries', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const pairs = fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 10 });
    fc.assert(
      fc.property(pairs, pairs, (one, other) => {
        const encoded = encodeContext(Object.fromEntries(one));
        expect(encodeContext(Object.fromEntries(one.toReversed()))).toEqual(encoded);
        const set = (pairs: [string, string][]): string =>
          pairs
            .map((pair) => JSON.stringify(pair))
            .toSorted()
            .join();
        const same = set(one) === set(other);
        expect(encodeContext(Object.fromEntries(other)).equals(encoded)).toBe(same);
      }),
    );
  });
});
