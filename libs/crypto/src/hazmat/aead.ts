import type { KeyObject } from 'node:crypto';

/** A ciphertext of the length of its plaintext, and the tag beside it. */
export interface Sealed {
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

/** What a cipher authenticates and hides beside the key. */
export interface Sealing {
  readonly nonce: Buffer;
  readonly aad: Buffer;
}

/**
 * An authenticated cipher with associated data. None of them commits to its key by itself, and none survives a nonce used twice: the
 * envelopes above see to both.
 */
export interface Aead {
  /**
   * @param key - borrowed.
   * @param plaintext - borrowed and left as it is.
   * @throws AppError `internal` for a key or nonce of another size.
   */
  seal(key: KeyObject, sealing: Sealing, plaintext: Buffer): Sealed;

  /**
   * @returns the plaintext, new bytes owned by the caller; undefined where the tag does not fit, or has another size.
   * @throws AppError `internal` for a key or nonce of another size.
   */
  open(key: KeyObject, sealing: Sealing, sealed: Sealed): Buffer | undefined;
}
