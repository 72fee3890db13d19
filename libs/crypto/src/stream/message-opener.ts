import type { KeyObject } from 'node:crypto';
import { decryptionFailed } from '../blob/decryption-failed.js';
import { AES_256_GCM } from '../hazmat/aes-256-gcm.js';
import { equalInConstantTime } from '../hazmat/hmac.js';
import { ChunkCutter } from './chunk-cutter.js';
import {
  CHUNK_BYTES,
  CHUNK_TAG_BYTES,
  chunkNonce,
  COMMITMENT_BYTES,
  deriveChunkKeys,
  MAX_CHUNKS,
  SALT_BYTES,
  type ChunkKeys,
} from './chunk-keys.js';

const NO_AAD = Buffer.alloc(0);
const HEAD_BYTES = SALT_BYTES + COMMITMENT_BYTES;

/**
 * Opens one message of {@link MessageSealer}, given in pieces of any length. It gives out authenticated chunks alone; whoever uses them
 * before {@link MessageOpener.end} was passed may have a message that was cut off. Once it has refused it refuses for ever.
 */
export class MessageOpener {
  readonly #inputKey: KeyObject;
  readonly #context: Buffer;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  readonly #cutter = new ChunkCutter(CHUNK_BYTES + CHUNK_TAG_BYTES);
  #headLength = 0;
  #keys: ChunkKeys | undefined;
  #chunks = 0;
  #hasFailed = false;

  /** @param inputKey - 32 bytes. Borrowed until the first 56 bytes were read. */
  constructor(inputKey: KeyObject, context: Buffer) {
    this.#inputKey = inputKey;
    this.#context = context;
  }

  /**
   * The plaintext of the chunks that `bytes` complete; each is new bytes, owned by the caller.
   *
   * @throws AppError `decryption_failed`; `internal` for a key of another length.
   */
  *update(bytes: Buffer): Generator<Buffer, void, undefined> {
    if (this.#hasFailed) throw decryptionFailed();
    const rest = this.#keys === undefined ? this.#readHead(bytes) : bytes;
    for (const chunk of this.#cutter.cut(rest)) yield this.#open(chunk);
  }

  /**
   * The plaintext of the last chunk.
   *
   * @throws AppError `decryption_failed` where the message was cut off, at a chunk's end too: its last chunk is always shorter.
   */
  end(): Buffer {
    if (this.#hasFailed || this.#cutter.length < CHUNK_TAG_BYTES) throw this.#fail();
    return this.#open(this.#cutter.rest());
  }

  /** @returns what of `bytes` belongs to the chunks. */
  #readHead(bytes: Buffer): Buffer {
    const copied = bytes.copy(this.#head, this.#headLength);
    this.#headLength += copied;
    if (this.#headLength === HEAD_BYTES) this.#derive();
    return bytes.subarray(copied);
  }

  #derive(): void {
    const salt = this.#head.subarray(0, SALT_BYTES);
    const keys = deriveChunkKeys(this.#inputKey, salt, this.#context);
    // "Implementations MUST check the commitment matches the derived value before continuing."
    if (!equalInConstantTime(keys.commitment, this.#head.subarray(SALT_BYTES))) throw this.#fail();
    this.#keys = keys;
  }

  #open(chunk: Buffer): Buffer {
    if (this.#keys === undefined || this.#chunks >= MAX_CHUNKS) throw this.#fail();
    const nonce = chunkNonce(this.#keys.baseNonce, this.#chunks);
    this.#chunks += 1;
    const plaintext = AES_256_GCM.open(
      this.#keys.key,
      { nonce, aad: NO_AAD },
      { ciphertext: chunk.subarray(0, -CHUNK_TAG_BYTES), tag: chunk.subarray(-CHUNK_TAG_BYTES) },
    );
    if (plaintext === undefined) throw this.#fail();
    return plaintext;
  }

  #fail(): Error {
    this.#hasFailed = true;
    return decryptionFailed();
  }
}
