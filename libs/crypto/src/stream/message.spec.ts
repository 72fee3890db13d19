import { randomBytes } from 'node:crypto';
import { AppError } from '@app/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeKey } from '../hazmat/secret-key.js';
import { CHUNK_BYTES, CHUNK_TAG_BYTES, chunkNonce } from './chunk-keys.js';
import { MessageOpener } from './message-opener.js';
import { MessageSealer } from './message-sealer.js';

const KEY = takeKey(Buffer.alloc(32, 9));
const SALT = Buffer.alloc(24, 8);
const CONTEXT = Buffer.from('context');
const HEAD = 56;
const SEALED_CHUNK = CHUNK_BYTES + CHUNK_TAG_BYTES;

function seal(message: Buffer, pieces: readonly Buffer[] = [message]): Buffer {
  const sealer = new MessageSealer(KEY, SALT, CONTEXT);
  const chunks = pieces.flatMap((piece) => [...sealer.update(piece)]);
  return Buffer.concat([sealer.head(), ...chunks, sealer.end()]);
}

interface Outcome {
  /** What was given out, whether or not it went well in the end. */
  readonly released: Buffer;
  readonly code: string | undefined;
}

function open(pieces: readonly Buffer[], context = CONTEXT): Outcome {
  const opener = new MessageOpener(KEY, context);
  const released: Buffer[] = [];
  try {
    for (const piece of pieces) for (const chunk of opener.update(piece)) released.push(chunk);
    released.push(opener.end());
    return { released: Buffer.concat(released), code: undefined };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { released: Buffer.concat(released), code: error.code };
  }
}

function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let offset = 0;
  for (const length of lengths) {
    pieces.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return [...pieces, bytes.subarray(offset)];
}

const BOUNDARIES = [0, 1, 2, 3].flatMap((chunks) =>
  [-1, 0, 1].map((beside) => chunks * CHUNK_BYTES + beside).filter((length) => length >= 0),
);

describe('a message in chunks', () => {
  it.each(BOUNDARIES)(
    'of %i bytes opens to itself, with one chunk more than whole ones',
    (length) => {
      const message = randomBytes(length);
      const sealed = seal(message);
      const chunks = Math.floor(length / CHUNK_BYTES) + 1;
      expect(sealed).toHaveLength(HEAD + length + chunks * CHUNK_TAG_BYTES);
      expect(open([sealed])).toEqual({ released: message, code: undefined });
    },
  );

  it('is the same however its bytes arrive', () => {
    const message = randomBytes(3 * CHUNK_BYTES + 17);
    const whole = seal(message);
    const lengths = fc.array(fc.nat({ max: 2 * SEALED_CHUNK }), { maxLength: 12 });
    fc.assert(
      fc.property(lengths, lengths, (sealing, opening) => {
        expect(seal(message, cut(message, sealing)).equals(whole)).toBe(true);
        expect(open(cut(whole, opening)).released.equals(message)).toBe(true);
      }),
    );
  });

  it('opens byte by byte', () => {
    const message = randomBytes(CHUNK_BYTES + 1);
    expect(open(Array.from(seal(message), (byte) => Buffer.from([byte])))).toEqual({
      released: message,
      code: undefined,
    });
  });

  it('leaves what it was given as it was', () => {
    const message = randomBytes(2 * CHUNK_BYTES);
    const before = Buffer.from(message);
    seal(message);
    expect(message).toEqual(before);
  });
});

describe('a message that was cut off', () => {
  const message = randomBytes(2 * CHUNK_BYTES + 100);
  const sealed = seal(message);

  it.each([
    ['nothing of it', 0],
    ['half its salt', 12],
    ['its salt alone', 24],
    ['half its commitment', 40],
    ['no chunk', HEAD],
    ['half a tag', HEAD + 8],
    ['one whole chunk', HEAD + SEALED_CHUNK],
    ['two whole chunks', HEAD + 2 * SEALED_CHUNK],
    ['less than a tag of its last chunk', HEAD + 2 * SEALED_CHUNK + 15],
    ['all but a byte', sealed.length - 1],
  ])('is refused: %s', (_what, length) => {
    const outcome = open([sealed.subarray(0, length)]);
    expect(outcome.code).toBe('decryption_failed');
    const whole = Math.max(0, Math.floor((length - HEAD) / SEALED_CHUNK));
    expect(outcome.released.equals(message.subarray(0, whole * CHUNK_BYTES))).toBe(true);
  });
});

describe('a message that was changed', () => {
  const message = randomBytes(2 * CHUNK_BYTES + 100);
  const sealed = seal(message);
  const chunk = (index: number): Buffer =>
    sealed.subarray(HEAD + index * SEALED_CHUNK, HEAD + (index + 1) * SEALED_CHUNK);
  const head = sealed.subarray(0, HEAD);

  it.each([
    ['a byte behind it', [sealed, Buffer.from([0])]],
    ['its last chunk twice', [sealed, chunk(2)]],
    ['its first chunks the other way round', [head, chunk(1), chunk(0), chunk(2)]],
    ['a chunk twice', [head, chunk(0), chunk(0), chunk(1), chunk(2)]],
    ['a chunk left out', [head, chunk(0), chunk(2)]],
    ['its last chunk in the place of the first', [head, chunk(2)]],
  ])('is refused with %s', (_what, pieces) => {
    expect(open(pieces).code).toBe('decryption_failed');
  });

  it('is refused with any bit changed, and gives out nothing from there on', () => {
    fc.assert(
      fc.property(fc.nat({ max: sealed.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const changed = Buffer.from(sealed);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        const outcome = open([changed]);
        const intact = at < HEAD ? 0 : Math.floor((at - HEAD) / SEALED_CHUNK) * CHUNK_BYTES;
        expect(outcome.code).toBe('decryption_failed');
        expect(outcome.released.equals(message.subarray(0, intact))).toBe(true);
      }),
    );
  });

  it('is refused with another context before a chunk is decrypted', () => {
    expect(open([sealed], Buffer.from('Context'))).toEqual({
      released: Buffer.alloc(0),
      code: 'decryption_failed',
    });
  });

  it('goes on being refused once it was', () => {
    const opener = new MessageOpener(KEY, CONTEXT);
    const codes: string[] = [];
    const attempt = (action: () => unknown): void => {
      try {
        action();
      } catch (error) {
        codes.push(error instanceof AppError ? error.code : 'crash');
      }
    };
    attempt(() => [...opener.update(Buffer.alloc(HEAD))]);
    attempt(() => [...opener.update(sealed)]);
    attempt(() => opener.end());
    expect(codes).toEqual(['decryption_failed', 'decryption_failed', 'decryption_failed']);
  });
});

describe('the nonce of a chunk', () => {
  it.each([
    [0, '000000000000000000000000'],
    [1, '000000000000000000000001'],
    [2 ** 32 - 1, '0000000000000000ffffffff'],
    [2 ** 32, '000000000000000100000000'],
    [2 ** 38 - 1, '000000000000003fffffffff'],
  ])('has the number %i in its last 38 bits', (number, expected) => {
    expect(chunkNonce(Buffer.alloc(12), number).toString('hex')).toBe(expected);
  });

  it('is the base nonce XOR the number', () => {
    const base = Buffer.from('ffffffffffffffffffffffff', 'hex');
    expect(chunkNonce(base, 0x2100000003).toString('hex')).toBe('ffffffffffffffdefffffffc');
    expect(base.toString('hex')).toBe('ffffffffffffffffffffffff');
  });
});
