import { AppError } from '@app/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from './strict-json.js';

function parse(text: string): unknown {
  return parseStrictJson(Buffer.from(text, 'utf8'));
}

function refusal(
  json: string | Uint8Array,
): { code: string; field: string | undefined } | undefined {
  try {
    parseStrictJson(typeof json === 'string' ? Buffer.from(json, 'utf8') : json);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.cause).toBeUndefined();
    return { code: error.code, field: error.errors?.[0]?.field };
  }
}

function invalid(field: string): { code: string; field: string } {
  return { code: 'invalid_request', field };
}

const DUPLICATES: [string, string, string][] = [
  ['in the outermost object', '{"a":1,"a":1}', 'a'],
  ['with the same value', '{"data":"x","b":2,"data":"x"}', 'data'],
  ['spelt with an escape', String.raw`{"a":1,"\u0061":2}`, 'a'],
  ['spelt with an escape first', String.raw`{"\u0061":1,"a":2}`, 'a'],
  ['both spelt with escapes', String.raw`{"\u0061":1,"\u0061":2}`, 'a'],
  ['a surrogate pair, raw and escaped', `{"\u{1f600}":1,"${String.raw`\ud83d\ude00`}":2}`, 'body'],
  ['in capitals of the escape', String.raw`{"\u00E9":1,"\u00e9":2}`, 'body'],
  ['__proto__', '{"__proto__":1,"__proto__":2}', 'body'],
  ['__proto__, escaped', String.raw`{"__proto__":1,"__pr\u006fto__":2}`, 'body'],
  ['the empty key', '{"":1,"":2}', 'body'],
  ['in an object inside', '{"metadata":{"iv":1,"tag":2,"iv":3}}', 'metadata.iv'],
  ['in the fourth item of a list', '{"items":[{},{},{},{"data":1,"data":2}]}', 'items[3].data'],
  ['behind a nested object', '{"a":{"b":1},"c":[{"a":1}],"a":2}', 'a'],
  ['behind a string with brackets', String.raw`{"a":"}{][\",","a":2}`, 'a'],
  ['with white space all around', '{ "a" : 1 ,\r\n\t"a" : 2 }', 'a'],
  ['in a list of the outermost level', '[0,{"a":1,"a":2}]', '[1].a'],
];

const LONE: [string, string, string][] = [
  ['a high one in a value', String.raw`{"data":"\ud800"}`, 'data'],
  ['a low one in a value', String.raw`{"data":"x\udc00y"}`, 'data'],
  ['a pair the wrong way round', String.raw`{"data":"\udc00\ud800"}`, 'data'],
  ['a high one before a raw character', String.raw`{"data":"\uD83Dx"}`, 'data'],
  ['one in a key', String.raw`{"\ud800":1}`, 'body'],
  ['one in a list', String.raw`{"labels":["a","\udfff"]}`, 'labels[1]'],
  ['one as the whole text', String.raw`"\ud800"`, 'body'],
];

const NOT_JSON: [string, string | Uint8Array][] = [
  ['nothing', ''],
  ['white space alone', ' \n'],
  ['a trailing comma in an object', '{"a":1,}'],
  ['a trailing comma in a list', '[1,]'],
  ['a comma too much', '[1,,2]'],
  ['NaN', '{"a":NaN}'],
  ['Infinity', '[-Infinity]'],
  ['undefined', 'undefined'],
  ['single quotes', "{'a':1}"],
  ['a key without quotes', '{a:1}'],
  ['a comment', '{"a":1}//'],
  ['two values', '{}{}'],
  ['a hexadecimal number', '0x10'],
  ['a leading zero', '01'],
  ['a leading plus', '+1'],
  ['a number that ends in its point', '1.'],
  ['a raw line end in a string', '"a\nb"'],
  ['a raw zero byte in a string', '"a\0b"'],
  ['an escape that JSON does not have', String.raw`{"a":"\x41"}`],
  ['an escape that JSON does not have, in a key', String.raw`{"\x41":1}`],
  ['a short unicode escape', String.raw`"\u12"`],
  ['an end inside an escape', '"\\'],
  ['a string without its end', '{"a":"b'],
  ['an escaped quote as the end', String.raw`"a\"`],
  ['an object without its end', '{"a":1'],
  ['an end too much', '{}]'],
  ['ends alone', ']}]}'],
  ['the wrong end', '[1}'],
  ['an ideographic space', '{\u3000}'],
  ['a byte order mark', Buffer.from('\ufeff{}')],
  ['UTF-16', Buffer.from('{}', 'utf16le')],
  ['a byte that is no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ['a surrogate in raw UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['a character cut in half', Buffer.from([0x22, 0xe2, 0x82, 0x22])],
  ['a code point beyond Unicode', Buffer.from([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22])],
];

describe('strict JSON', () => {
  it.each(DUPLICATES)('refuses a key given twice: %s', (_, text, field) => {
    expect(refusal(text)).toEqual(invalid(field));
  });

  it.each(LONE)('refuses a lone surrogate: %s', (_, text, field) => {
    expect(refusal(text)).toEqual(invalid(field));
  });

  it.each(NOT_JSON)('refuses %s', (_, json) => {
    expect(refusal(json)?.code).toBe('invalid_request');
  });

  it.each(['1e999', '[-1e999]', '{"a":1E+400}', '9'.repeat(400)])(
    'refuses a number beyond a double',
    (text) => {
      expect(refusal(text)?.code).toBe('invalid_request');
    },
  );

  it('takes numbers that a double only rounds', () => {
    expect(parse('[1e-999,12345678901234567890,1.7976931348623157e308,-0]')).toEqual([
      0, 12345678901234567890, 1.7976931348623157e308, -0,
    ]);
  });

  it('takes the same key in two objects', () => {
    expect(parse('{"a":{"a":1},"b":[{"a":1},{"a":2}]}')).toEqual({
      a: { a: 1 },
      b: [{ a: 1 }, { a: 2 }],
    });
  });

  it('makes __proto__ an own key and no prototype', () => {
    const parsed = parse('{"__proto__":{"admin":true}}') as { admin?: unknown };
    expect(Object.keys(parsed)).toEqual(['__proto__']);
    expect(parsed.admin).toBeUndefined();
  });

  it('takes surrogate pairs, raw and escaped', () => {
    expect(parse(`["\u{1f510}","${String.raw`\ud83d\udd10`}"]`)).toEqual([
      '\u{1f510}',
      '\u{1f510}',
    ]);
  });

  it('reads backslashes before a quote in pairs', () => {
    expect(parse(String.raw`["\\","a\\\"b\\","\\\\"]`)).toEqual(['\\', 'a\\"b\\', '\\\\']);
  });
});

describe('the depth of strict JSON', () => {
  function nested(depth: number): string {
    return '['.repeat(depth) + ']'.repeat(depth);
  }

  it('is 32 at most', () => {
    expect(refusal(nested(32))).toBeUndefined();
    expect(refusal(nested(33))?.code).toBe('invalid_request');
  });

  it('counts objects and lists together', () => {
    expect(refusal('{"a":['.repeat(16) + ']}'.repeat(16))).toBeUndefined();
    expect(refusal(`{"a":${nested(32)}}`)?.code).toBe('invalid_request');
  });

  it('does not count brackets in strings', () => {
    expect(parse(`"${'['.repeat(100)}"`)).toBe('['.repeat(100));
  });

  it('stops 200,000 levels at the 33rd, closed or not', () => {
    expect(refusal(nested(200_000))?.code).toBe('invalid_request');
    expect(refusal('{"a":'.repeat(200_000))?.code).toBe('invalid_request');
  });

  it('is counted anew behind what was closed', () => {
    expect(refusal(`[${Array.from({ length: 50 }, () => nested(31)).join(',')}]`)).toBeUndefined();
  });
});

describe('the path in a refusal', () => {
  it('names no key that is the data of the caller', () => {
    const secret = 'kw_XuC_FtQrqIq00Q8c077f0DyMPIX2qvA2itP4Riqh4Ysr_0SDO';
    expect(refusal(`{"context":{"${secret}":1,"${secret}":2}}`)).toEqual(invalid('context'));
    const hexKey = 'a'.repeat(64);
    expect(refusal(`{"context":{"${hexKey}":1,"${hexKey}":2}}`)).toEqual(invalid('context'));
  });
});

describe('strict JSON beside JSON.parse', () => {
  it('agrees on everything that JSON.stringify writes', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: 'binary', maxDepth: 6 }),
        fc.constantFrom(0, 2, '\t'),
        (value, space) => {
          const text = JSON.stringify(value, null, space);
          expect(parse(text)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it('takes nothing that JSON.parse refuses, and reads alike what both take', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      'a',
      '"a"',
      '"a":',
      'u0061',
      '1',
      '-',
      'e9',
      'null',
      ' ',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        if (refusal(text) === undefined) expect(parse(text)).toEqual(JSON.parse(text));
        else expect(refusal(text)?.code).toBe('invalid_request');
      }),
      { numRuns: 2000 },
    );
  });

  it('finds any key given twice, however it is spelt', () => {
    const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 6 });
    const unit = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;
    const escape = (text: string): string =>
      `"${Array.from({ length: text.length }, (_, at) => unit(text.charCodeAt(at))).join('')}"`;
    fc.assert(
      fc.property(key, fc.jsonValue(), (name, value) => {
        const json = JSON.stringify(value);
        expect(refusal(`{${JSON.stringify(name)}:${json},${escape(name)}:0}`)?.code).toBe(
          'invalid_request',
        );
        expect(
          refusal(`{${JSON.stringify(name)}:${json},${escape(name + '!')}:0}`),
        ).toBeUndefined();
      }),
    );
  });
});
