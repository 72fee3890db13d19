import { AppError } from '@app/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMembers, type Member } from './members.js';
import { uuidBytes } from './uuid.js';

function hex(...members: Member[]): string {
  return encodeMembers(...members).toString('hex');
}

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : 'not an AppError';
  }
}

/** The members of an E, which only a reader that knows their number and kinds can interpret. */
function split(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const length = bytes.readUInt32BE(offset);
    parts.push(bytes.subarray(offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
  return parts;
}

describe('E', () => {
  it('puts a 4-byte big-endian length before each member', () => {
    expect(hex('ab', Buffer.from([1]))).toBe('00000002' + '6162' + '00000001' + '01');
  });

  it('tells no members, one empty member and two apart', () => {
    expect([hex(), hex(''), hex('', '')]).toEqual(['', '00000000', '0000000000000000']);
  });

  it('encodes a list as its count and the E of its members', () => {
    expect(hex(['a'], [])).toBe(
      '00000009' + '00000001' + '00000001' + '61' + '00000004' + '00000000',
    );
  });

  it('encodes lists in lists', () => {
    expect(hex([['a']])).toBe(
      '00000011' + '00000001' + '00000009' + '00000001' + '00000001' + '61',
    );
  });

  it('writes truth values as words and numbers as decimal text', () => {
    expect(encodeMembers(true, false, 0, 4294967296, 18446744073709551615n)).toEqual(
      encodeMembers('true', 'false', '0', '4294967296', '18446744073709551615'),
    );
  });

  it('encodes an absent member as zero bytes', () => {
    expect(hex(undefined)).toBe('00000000');
  });

  it('takes a UUID as its 16 bytes, in either case', () => {
    const upper = encodeMembers(uuidBytes('9A78E3B5-40E3-4997-87C4-F223952D71B5'));
    expect(upper.toString('hex')).toBe('00000010' + '9a78e3b540e3499787c4f223952d71b5');
  });

  it('does not normalise text', () => {
    expect(hex('\u00e9')).not.toBe(hex('e\u0301'));
  });

  it.each([[-1], [1.5], [Number.NaN], [Infinity], [2 ** 53], [-1n]])(
    'refuses the number %s',
    (number) => {
      expect(codeOf(() => encodeMembers(number))).toBe('internal');
    },
  );

  it.each(['\ud800', 'a\udc00b', '\udc00\ud800'])('refuses a lone surrogate', (text) => {
    expect(codeOf(() => encodeMembers(['x', text]))).toBe('internal');
  });

  it('gives back every member when it is split again, so it is injective', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (members) => {
        expect(split(encodeMembers(...members))).toEqual(
          members.map((bytes) => Buffer.from(bytes)),
        );
      }),
    );
  });

  it('encodes text exactly as its UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(encodeMembers(a, b)).toEqual(encodeMembers(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});
