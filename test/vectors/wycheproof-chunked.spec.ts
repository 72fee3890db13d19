import { hash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { AppError } from '@app/errors';
import {
  deriveChunkKeys,
  keyBytes,
  MessageOpener,
  MessageSealer,
  takeKey,
} from '@app/crypto/vectors';
import { describe, expect, it } from 'vitest';
import { casesOf, hex, loadWycheproof, type WycheproofCase } from './wycheproof-file.js';

interface ChunkedCase extends WycheproofCase {
  readonly key: string;
  readonly ctx: string;
  /** Compressed by zlib. */
  readonly ct: string;
  readonly aeadKey?: string;
  readonly baseNonce?: string;
  /** Of an invalid message: its longest beginning that is authentic. */
  readonly msgLength?: number;
  readonly msgSha512?: string;
}

const SALT_BYTES = 24;

interface Opened {
  readonly code: string | undefined;
  readonly released: Buffer;
}

function open({ key, ctx }: ChunkedCase, sealed: Buffer, pieceBytes: number): Opened {
  const released: Buffer[] = [];
  try {
    const opener = new MessageOpener(takeKey(hex(key)), hex(ctx));
    for (let at = 0; at < sealed.length; at += pieceBytes) {
      for (const chunk of opener.update(sealed.subarray(at, at + pieceBytes))) released.push(chunk);
    }
    released.push(opener.end());
    return { code: undefined, released: Buffer.concat(released) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, released: Buffer.concat(released) };
  }
}

describe('chunked encryption (Cobblestone-256) beside Wycheproof', () => {
  const file = loadWycheproof<ChunkedCase>('c2sp_chunked_encryption_aes_256_gcm_test.json');
  const cases = casesOf(file);

  it('has all cases of the file', () => {
    expect(cases).toHaveLength(file.numberOfTests);
  });

  it.each(cases.filter(({ result }) => result === 'valid'))(
    'opens case $tcId, and seals it byte for byte: $comment',
    (test) => {
      const sealed = inflateSync(hex(test.ct));
      const { code, released } = open(test, sealed, 10_000);
      expect([code, released.length]).toEqual([undefined, test.msgLength]);
      expect(hash('sha512', released, 'hex')).toBe(test.msgSha512);

      const salt = sealed.subarray(0, SALT_BYTES);
      const sealer = new MessageSealer(takeKey(hex(test.key)), salt, hex(test.ctx));
      const chunks = [...sealer.update(released)];
      expect(Buffer.concat([sealer.head(), ...chunks, sealer.end()]).equals(sealed)).toBe(true);
    },
  );

  it.each(cases.filter(({ aeadKey }) => aeadKey !== undefined))(
    'derives key and base nonce of case $tcId',
    ({ key, ctx, ct, aeadKey, baseNonce }) => {
      const salt = inflateSync(hex(ct)).subarray(0, SALT_BYTES);
      const derived = deriveChunkKeys(takeKey(hex(key)), salt, hex(ctx));
      expect(keyBytes(derived.key).toString('hex')).toBe(aeadKey);
      expect(derived.baseNonce.toString('hex')).toBe(baseNonce);
    },
  );

  it.each(cases.filter(({ result }) => result === 'invalid'))(
    'refuses case $tcId, and gives out what is authentic alone: $comment',
    (test) => {
      const sealed = inflateSync(hex(test.ct));
      const isKeySizeRight = test.key.length === 64;
      for (const pieceBytes of [sealed.length || 1, 1000, 16_400]) {
        const { code, released } = open(test, sealed, pieceBytes);
        expect(code).toBe(isKeySizeRight ? 'decryption_failed' : 'internal');
        expect(released).toHaveLength(test.msgLength ?? 0);
        if (test.msgSha512 !== undefined)
          expect(hash('sha512', released, 'hex')).toBe(test.msgSha512);
      }
    },
  );
});
