import { createHash, randomBytes } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Context } from '@app/encoding';
import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { describe, expect, it } from 'vitest';
import { deriveVersionKeys, type VersionKeys } from '../blob/version-keys.js';
import { openStream } from './open-stream.js';
import { sealStream } from './seal-stream.js';
import { readStreamHeader } from './stream-header.js';

const VERSION = '33333333-3333-4333-8333-33333333abcd';
const OTHER_VERSION = '44444444-4444-4444-8444-44444444abcd';
const MESSAGE = randomBytes(100_000);

function keysOf(encryptionVersionId = VERSION, fill = 1): VersionKeys {
  return deriveVersionKeys(SecretBytes.copyOf(Buffer.alloc(32, fill)), {
    tenantId: '11111111-1111-4111-8111-111111111111',
    encryptionId: '22222222-2222-4222-8222-222222222222',
    encryptionVersionId,
    suite: 'AES-256-GCM',
  });
}

function sealed(message: Buffer, context?: Context): Promise<Buffer> {
  return buffer(Readable.from([message]).pipe(sealStream(keysOf(), VERSION, context)));
}

async function opened(
  stream: Buffer,
  keys = keysOf(),
  version = VERSION,
  context?: Context,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  await pipeline(Readable.from([stream]), openStream(keys, version, context), async (source) => {
    for await (const part of source) parts.push(part as Buffer);
  });
  return Buffer.concat(parts);
}

async function refusal(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code;
  }
}

describe('a stream', () => {
  it('begins with its magic and its version, and opens to what was sealed', async () => {
    const stream = await sealed(MESSAGE, { file: 'a' });
    expect(stream.subarray(0, 4).toString()).toBe('KWS1');
    expect(stream.toString('hex', 4, 20)).toBe(VERSION.replaceAll('-', ''));
    expect(await opened(stream, keysOf(), VERSION, { file: 'a' })).toEqual(MESSAGE);
  });

  it('has a salt of its own each time', async () => {
    const [one, other] = [await sealed(MESSAGE), await sealed(MESSAGE)];
    expect(one.subarray(20, 44)).not.toEqual(other.subarray(20, 44));
  });

  it('takes the version in capitals too', async () => {
    expect(await opened(await sealed(MESSAGE), keysOf(), VERSION.toUpperCase())).toEqual(MESSAGE);
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['another context', async () => opened(await sealed(MESSAGE), keysOf(), VERSION, { a: 'b' })],
    ['another key', async () => opened(await sealed(MESSAGE), keysOf(VERSION, 2))],
    [
      'the keys of another version',
      async () => opened(await sealed(MESSAGE), keysOf(OTHER_VERSION)),
    ],
    ['another version wanted', async () => opened(await sealed(MESSAGE), keysOf(), OTHER_VERSION)],
    [
      'another magic',
      async () => opened(Buffer.concat([Buffer.from('KWS2'), (await sealed(MESSAGE)).subarray(4)])),
    ],
    ['its header alone', async () => opened((await sealed(MESSAGE)).subarray(0, 20))],
    ['half a header', async () => opened((await sealed(MESSAGE)).subarray(0, 10))],
    ['nothing at all', () => opened(Buffer.alloc(0))],
    ['its end cut off', async () => opened((await sealed(MESSAGE)).subarray(0, -1))],
  ])('is refused with %s', async (_what, attempt) => {
    expect(await refusal(attempt())).toBe('decryption_failed');
  });

  it('opens after the keys that it was begun with were disposed of', async () => {
    const keys = keysOf();
    const [seal, open] = [sealStream(keys, VERSION), openStream(keys, VERSION)];
    keys.dispose();
    expect(await buffer(Readable.from([MESSAGE]).pipe(seal).pipe(open))).toEqual(MESSAGE);
    expect(() => sealStream(keys, VERSION)).toThrow(AppError);
  });

  it('refuses a context beyond its limits at once', () => {
    const tooLong = { key: 'x'.repeat(5000) };
    expect(() => sealStream(keysOf(), VERSION, tooLong)).toThrow(AppError);
    expect(() => openStream(keysOf(), VERSION, tooLong)).toThrow(AppError);
  });
});

describe('a long stream', () => {
  const PIECE = Buffer.alloc(64 * 1024, 0x5a);
  const PIECES = 1600;

  it('of 100 MiB goes through a slow reader in constant memory', async () => {
    const [before, after] = [createHash('sha256'), createHash('sha256')];
    const [seal, open] = [sealStream(keysOf(), VERSION), openStream(keysOf(), VERSION)];
    let mostWaiting = 0;
    const reader = new Writable({
      highWaterMark: 1,
      write(bytes: Buffer, _encoding, done) {
        mostWaiting = Math.max(
          mostWaiting,
          seal.readableLength + seal.writableLength + open.readableLength + open.writableLength,
        );
        after.update(bytes);
        setImmediate(done);
      },
    });
    const source = function* (): Generator<Buffer> {
      for (let piece = 0; piece < PIECES; piece += 1) {
        before.update(PIECE);
        yield PIECE;
      }
    };
    await pipeline(Readable.from(source()), seal, open, reader);
    expect(after.digest('hex')).toBe(before.digest('hex'));
    expect(mostWaiting).toBeLessThan(1024 * 1024);
  });

  it('gives out what is authentic before it has all, and fails at what is not', async () => {
    const stream = await sealed(MESSAGE);
    stream.writeUInt8(stream.readUInt8(stream.length - 1) ^ 1, stream.length - 1);
    const released: Buffer[] = [];
    const attempt = pipeline(
      Readable.from([stream.subarray(0, 50_000), stream.subarray(50_000)]),
      openStream(keysOf(), VERSION),
      async (source) => {
        for await (const part of source) released.push(part as Buffer);
      },
    );
    expect(await refusal(attempt)).toBe('decryption_failed');
    const beginning = Buffer.concat(released);
    expect(beginning.length).toBeLessThanOrEqual(98_304);
    expect(beginning).toEqual(MESSAGE.subarray(0, beginning.length));
  });
});

describe('keys of another version', () => {
  it('seal nothing', () => {
    let code: string | undefined;
    try {
      sealStream(keysOf(OTHER_VERSION), VERSION);
    } catch (error) {
      code = error instanceof AppError ? error.code : undefined;
    }
    expect(code).toBe('internal');
    expect(() => sealStream(keysOf(), VERSION.toUpperCase())).not.toThrow();
  });
});

describe('the header of a stream', () => {
  it('tells the version, and hands the whole stream on', async () => {
    const stream = await sealed(MESSAGE);
    const bytes = Readable.from(
      Array.from({ length: 30 }, (_, at) => stream.subarray(at, at + 1)).concat(
        stream.subarray(30),
      ),
    );
    const headed = await readStreamHeader(bytes);
    expect(headed.versionId).toBe(VERSION);
    expect(await opened(await buffer(headed.stream))).toEqual(MESSAGE);
  });

  it('reads no further than it has to', async () => {
    const stream = await sealed(MESSAGE);
    let pieces = 0;
    const source = async function* (): AsyncGenerator<Buffer> {
      for (let at = 0; at < stream.length; at += 1000) {
        pieces += 1;
        yield stream.subarray(at, at + 1000);
        await Promise.resolve();
      }
    };
    await readStreamHeader(source());
    expect(pieces).toBe(1);
  });

  it('ends its source where it is not read to its end', async () => {
    const source = Readable.from([await sealed(MESSAGE), MESSAGE, MESSAGE]);
    const { stream } = await readStreamHeader(source);
    for await (const _part of stream) break;
    expect(source.destroyed).toBe(true);
  });

  it('ends its source where it is not read at all', async () => {
    const source = Readable.from([await sealed(MESSAGE), MESSAGE, MESSAGE]);
    const { stream } = await readStreamHeader(source);
    await stream.return?.();
    expect(source.destroyed).toBe(true);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('needs no source that can be ended', async () => {
    const bytes = await sealed(MESSAGE);
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: bytes } as const),
      }),
    };
    const { stream } = await readStreamHeader(source);
    expect(await stream.return?.()).toEqual({ done: true, value: undefined });
  });

  it('leaves its source open where it is refused', async () => {
    const source = Readable.from([MESSAGE, MESSAGE]);
    expect(await refusal(readStreamHeader(source))).toBe('decryption_failed');
    expect(source.destroyed).toBe(false);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['19 bytes', Buffer.from(`KWS1${'x'.repeat(15)}`)],
    ['another magic', Buffer.from(`kws1${'x'.repeat(16)}`)],
  ])('is refused with %s', async (_what, bytes) => {
    expect(await refusal(readStreamHeader(Readable.from([bytes])))).toBe('decryption_failed');
  });
});
