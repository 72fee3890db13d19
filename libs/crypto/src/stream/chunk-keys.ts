import type { KeyObject } from 'node:crypto';
import { AppError } from '@app/errors';
import { hkdfExpandSha512 } from '../hazmat/hkdf-expand.js';
import { takeKey } from '../hazmat/secret-key.js';

/** Bytes of a chunk of plaintext; the last one of a message is shorter, and may be empty. */
export const CHUNK_BYTES = 16 * 1024;
/** Bytes of a chunk's tag. */
export const CHUNK_TAG_BYTES = 16;
/** Bytes of the salt that a message begins with. */
export const SALT_BYTES = 24;
/** Bytes of the commitment that follows the salt. */
export const COMMITMENT_BYTES = 32;
/** "The message MUST NOT exceed 2³⁸ chunks." */
export const MAX_CHUNKS = 2 ** 38;

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const INFO = Buffer.from('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0', 'latin1');

/** What one message is sealed with. */
export interface ChunkKeys {
  readonly key: KeyObject;
  /** 12 bytes, secret. */
  readonly baseNonce: Buffer;
  /** 32 bytes; no secret, it stands in the message. */
  readonly commitment: Buffer;
}

/**
 * Derives key, base nonce and commitment of one message (c2sp.org/chunked-encryption, "Key derivation", as Cobblestone-256).
 *
 * @param inputKey - 32 bytes, uniformly random. Borrowed.
 * @param salt - 24 bytes that no other message under this key has.
 * @param context - of any length, known to whoever opens the message.
 * @throws AppError `internal` for a key or a salt of another length.
 */
export function deriveChunkKeys(inputKey: KeyObject, salt: Buffer, context: Buffer): ChunkKeys {
  if (inputKey.symmetricKeySize !== KEY_BYTES || salt.length !== SALT_BYTES) {
    throw new AppError('internal', {
      cause: new RangeError('chunked encryption takes a 32-byte key and a 24-byte salt'),
    });
  }
  const info = Buffer.concat([INFO, salt, context]);
  const derived = hkdfExpandSha512(inputKey, info, KEY_BYTES + NONCE_BYTES + COMMITMENT_BYTES);
  const [afterKey, afterNonce] = [KEY_BYTES, KEY_BYTES + NONCE_BYTES];
  const baseNonce = Buffer.from(derived.subarray(afterKey, afterNonce));
  const commitment = Buffer.from(derived.subarray(afterNonce));
  const key = takeKey(derived.subarray(0, afterKey));
  derived.fill(0);
  return { key, baseNonce, commitment };
}

/** The nonce of a chunk: "the XOR of the base nonce and the chunk number as a big-endian integer". */
export function chunkNonce(baseNonce: Buffer, chunk: number): Buffer {
  const nonce = Buffer.from(baseNonce);
  // By halves: XOR of JavaScript takes 32 bits, and a chunk's number has 38.
  const [high, low] = [Math.floor(chunk / 2 ** 32), chunk % 2 ** 32];
  nonce.writeUInt8(nonce.readUInt8(NONCE_BYTES - 5) ^ high, NONCE_BYTES - 5);
  nonce.writeUInt32BE((nonce.readUInt32BE(NONCE_BYTES - 4) ^ low) >>> 0, NONCE_BYTES - 4);
  return nonce;
}
