import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMembers } from './members.js';
import { splitMembers } from './split-members.js';

describe('splitting E', () => {
  it('gives the members that were encoded', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), (members) => {
        const split = splitMembers(encodeMembers(...members), members.length);
        expect(split).toEqual(members.map((member) => Buffer.from(member)));
      }),
    );
  });

  it('accepts nothing that does not encode to the same bytes again', () => {
    const byte = fc.constantFrom(0, 0, 0, 1, 2);
    const bytes = fc.array(byte, { maxLength: 24 }).map((values) => Buffer.from(values));
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 4 }), (encoded, count) => {
        const split = splitMembers(encoded, count);
        expect(split === undefined || encodeMembers(...split).equals(encoded)).toBe(true);
      }),
    );
  });

  it.each([
    ['one member too few', 3],
    ['one member too many', 1],
  ])('refuses %s', (_, count) => {
    expect(splitMembers(encodeMembers('a', 'b'), count)).toBeUndefined();
  });

  it('refuses every cut, a byte behind, and a length that runs over the end', () => {
    const encoded = encodeMembers('ab', 'c');
    for (let end = 0; end < encoded.length; end += 1) {
      expect(splitMembers(encoded.subarray(0, end), 2)).toBeUndefined();
    }
    expect(splitMembers(Buffer.concat([encoded, Buffer.alloc(1)]), 2)).toBeUndefined();
    expect(splitMembers(Buffer.from('ffffffff61', 'hex'), 1)).toBeUndefined();
  });
});
