import { AppError } from '@app/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeBase64,
  decodeBase64Url,
  encodeBase64,
  encodeBase64Url,
  isCanonicalBase64,
} from './base64.js';

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

const NOT_BASE64: [string, string][] = [
  ['missing padding', 'QQ'],
  ['half of the padding', 'QQ='],
  ['padding too much', 'QQ==='],
  ['padding alone', '===='],
  ['padding in the middle', 'QQ==QQ=='],
  ['an unused bit that is set', 'QR=='],
  ['an unused bit before one padding sign', 'QUF='],
  ['the URL alphabet', '-_-_'],
  ['a space', 'QU FB'],
  ['a line end', 'QUFB\n'],
  ['a line end every 76 characters', `${'QUFB'.repeat(19)}\r\nQUFB`],
  ['one character alone', 'Q'],
  ['a zero byte', 'QUF\0'],
  ['a character that looks like A in its low byte', 'QUF\u0141'],
  ['full-width letters', '\uff21\uff21\uff21\uff21'],
  ['a data URL', 'data:;base64,QUFB'],
];

const NOT_BASE64URL: [string, string][] = [
  ['padding', 'QQ=='],
  ['the other alphabet', '+/+/'],
  ['an unused bit that is set', 'QR'],
  ['one character alone', 'Q'],
  ['a line end', 'QUFB\n'],
];

describe('base64', () => {
  it.each(NOT_BASE64)('refuses %s', (_, text) => {
    expect(refusal(() => decodeBase64(text, 'cipherText'))).toEqual({
      code: 'invalid_base64',
      fields: ['cipherText'],
    });
    expect(isCanonicalBase64(text)).toBe(false);
  });

  it('takes the empty text as no bytes', () => {
    expect(decodeBase64('', 'data')).toHaveLength(0);
  });

  it('is no base64 when it is no text', () => {
    expect(isCanonicalBase64(7)).toBe(false);
  });

  it('is not tied to the whole of a shared buffer', () => {
    expect(encodeBase64(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))).toBe('AgM=');
  });

  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeBase64(encodeBase64(bytes), 'data')).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('has one spelling for each value: whatever is taken encodes to itself', () => {
    const alphabet = Array.from('ABCDwxyz0189+/-_= \n');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 }), (text) => {
        fc.pre(isCanonicalBase64(text));
        expect(encodeBase64(decodeBase64(text, 'data'))).toBe(text);
      }),
    );
  });
});

describe('base64url', () => {
  it.each(NOT_BASE64URL)('refuses %s', (_, text) => {
    expect(refusal(() => decodeBase64Url(text, 'context'))).toEqual({
      code: 'invalid_base64',
      fields: ['context'],
    });
  });

  it('gives back what was encoded, without padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encodeBase64Url(bytes);
        expect(text).not.toContain('=');
        expect(decodeBase64Url(text, 'context')).toEqual(Buffer.from(bytes));
      }),
    );
  });
});
