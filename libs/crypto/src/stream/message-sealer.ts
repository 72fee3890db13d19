import type { KeyObject } from 'node:crypto';
import { AppError } from '@app/errors';
import { AES_256_GCM } from '../hazmat/aes-256-gcm.js';
import { ChunkCutter } from './chunk-cutter.js';
import {
  CHUNK_BYTES,
  chunkNonce,
  deriveChunkKeys,
  MAX_CHUNKS,
  type ChunkKeys,
} from './chunk-keys.js';

const NO_AAD = Buffer.alloc(0);

/**
 * Seals one message of any length chunk by chunk, as Cobblestone-256 (c2sp.org/chunked-encryption): HKDF-Expand-SHA-512 and
 * AES-256-GCM. It holds less than a chunk of 16 KiB.
 */
export class MessageSealer {
  readonly #keys: ChunkKeys;
  readonly #salt: Buffer;
  readonly #cutter = new ChunkCutter(CHUNK_BYTES);
  #chunks = 0;

  /**
   * @param inputKey - 32 bytes. Borrowed, and not needed after.
   * @param salt - 24 bytes that no other message under this key has.
   * @throws AppError `internal` for a key or a salt of another length.
   */
  constructor(inputKey: KeyObject, salt: Buffer, context: Buffer) {
    this.#keys = deriveChunkKeys(inputKey, salt, context);
    this.#salt = salt;
  }

  /** What comes before all chunks. */
  head(): Buffer {
    return Buffer.concat([this.#salt, this.#keys.commitment]);
  }

  /**
   * The chunks that `bytes` complete.
   *
   * @throws AppError `payload_too_large` beyond 4 PiB.
   */
  *update(bytes: Buffer): Generator<Buffer, void, undefined> {
    for (const plaintext of this.#cutter.cut(bytes)) yield this.#seal(plaintext);
  }

  /** The last chunk, which is shorter than the others, and there even if it is empty: without it a message is cut off. */
  end(): Buffer {
    const last = this.#seal(this.#cutter.rest());
    this.dispose();
    return last;
  }

  /** Overwrites the plaintext that is held. May be called twice. */
  dispose(): void {
    this.#cutter.clear();
  }

  #seal(plaintext: Buffer): Buffer {
    if (this.#chunks >= MAX_CHUNKS) throw new AppError('payload_too_large');
    const nonce = chunkNonce(this.#keys.baseNonce, this.#chunks);
    this.#chunks += 1;
    const { ciphertext, tag } = AES_256_GCM.seal(this.#keys.key, { nonce, aad: NO_AAD }, plaintext);
    return Buffer.concat([ciphertext, tag]);
  }
}
