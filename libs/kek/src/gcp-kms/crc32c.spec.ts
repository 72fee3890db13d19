import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.js';

/** RFC 3720, appendix B.4, which prints the bytes of each value in the opposite order. */
const EXAMPLES: readonly (readonly [string, Buffer, number])[] = [
  ['32 bytes of zero', Buffer.alloc(32), 0x8a9136aa],
  ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['32 bytes from 0 up', Buffer.from(Array.from({ length: 32 }, (_, n) => n)), 0x46dd794e],
  ['32 bytes from 31 down', Buffer.from(Array.from({ length: 32 }, (_, n) => 31 - n)), 0x113fdb5c],
  ['the digits 1 to 9', Buffer.from('123456789'), 0xe3069283],
  ['nothing', Buffer.alloc(0), 0],
];

describe('CRC-32C', () => {
  it.each(EXAMPLES)('of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});
