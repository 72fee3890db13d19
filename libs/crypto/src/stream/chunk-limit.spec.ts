import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { describe, expect, it, vi } from 'vitest';
import { deriveVersionKeys, type VersionKeys } from '../blob/version-keys.js';
import { takeKey } from '../hazmat/secret-key.js';
import { CHUNK_BYTES, chunkNonce } from './chunk-keys.js';
import { MessageOpener } from './message-opener.js';
import { MessageSealer } from './message-sealer.js';
import { sealStream } from './seal-stream.js';

const limit = vi.hoisted(() => ({ chunks: 2 }));

// 2^38 chunks are 4 PiB: here the limit is two.
vi.mock(import('./chunk-keys.js'), async (original) => {
  const actual = await original();
  return Object.defineProperty({ ...actual }, 'MAX_CHUNKS', { get: () => limit.chunks });
});

const VERSION = '33333333-3333-4333-8333-33333333abcd';

function keys(): VersionKeys {
  return deriveVersionKeys(SecretBytes.copyOf(Buffer.alloc(32, 1)), {
    tenantId: '11111111-1111-4111-8111-111111111111',
    encryptionId: '22222222-2222-4222-8222-222222222222',
    encryptionVersionId: VERSION,
    suite: 'AES-256-GCM',
  });
}

async function codeOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code;
  }
}

async function seal(bytes: number): Promise<Buffer> {
  const sealing = sealStream(keys(), VERSION);
  const [sealed] = await Promise.all([
    buffer(sealing),
    pipeline(Readable.from([Buffer.alloc(bytes)]), sealing, { end: true }),
  ]);
  return sealed;
}

describe('the limit of chunks', () => {
  it.each([0, CHUNK_BYTES, 2 * CHUNK_BYTES - 1])('is met by %i bytes', async (bytes) => {
    limit.chunks = 2;
    expect((await seal(bytes)).length).toBeGreaterThan(bytes);
  });

  it.each([
    ['the last chunk', 2 * CHUNK_BYTES],
    ['a whole chunk', 3 * CHUNK_BYTES],
  ])('is passed by %s', async (_which, bytes) => {
    limit.chunks = 2;
    expect(await codeOf(() => seal(bytes))).toBe('payload_too_large');
  });

  it('holds for whoever opens, too', async () => {
    limit.chunks = 3;
    const key = takeKey(Buffer.alloc(32, 2));
    const sealer = new MessageSealer(key, Buffer.alloc(24), Buffer.alloc(0));
    const chunks = [...sealer.update(Buffer.alloc(2 * CHUNK_BYTES)), sealer.end()];
    const message = Buffer.concat([sealer.head(), ...chunks]);
    limit.chunks = 2;
    const opener = new MessageOpener(key, Buffer.alloc(0));
    expect([...opener.update(message)]).toHaveLength(2);
    expect(await codeOf(() => opener.end())).toBe('decryption_failed');
  });

  it('has another nonce up to its last chunk', () => {
    const base = Buffer.alloc(12, 0xff);
    const nonces = [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 38 - 1].map((chunk) =>
      chunkNonce(base, chunk).toString('hex', 4),
    );
    expect(nonces).toEqual([
      'ffffffffffffffff',
      'fffffffffffffffe',
      'ffffffff00000000',
      'fffffffeffffffff',
      'ffffffc000000000',
    ]);
  });
});
