import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { AppError } from '@app/errors';
import type { Aead, Sealed, Sealing } from './aead.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

// Without it Node takes tags of 4 bytes, which a forger finds in 2^32 attempts at most.
const OPTIONS = { authTagLength: TAG_BYTES };

function assertSizes(key: KeyObject, nonce: Buffer): void {
  // GCM defines nonces of other lengths by hashing them, and those collide earlier (SP 800-38D, section 8.2.2).
  if (key.symmetricKeySize !== KEY_BYTES || nonce.length !== NONCE_BYTES) {
    throw new AppError('internal', {
      cause: new RangeError('AES-256-GCM takes a 32-byte key and a 12-byte nonce'),
    });
  }
}

function seal(key: KeyObject, { nonce, aad }: Sealing, plaintext: Buffer): Sealed {
  assertSizes(key, nonce);
  const cipher = createCipheriv(CIPHER, key, nonce, OPTIONS).setAAD(aad);
  // A stream mode: update gives everything, and final only makes the tag.
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return { ciphertext, tag: cipher.getAuthTag() };
}

function open(
  key: KeyObject,
  { nonce, aad }: Sealing,
  { ciphertext, tag }: Sealed,
): Buffer | undefined {
  assertSizes(key, nonce);
  if (tag.length !== TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, nonce, OPTIONS).setAAD(aad).setAuthTag(tag);
  const plaintext = decipher.update(ciphertext);
  try {
    decipher.final();
    return plaintext;
  } catch {
    // update hands out plaintext before final has checked the tag: what was forged must not stay behind.
    plaintext.fill(0);
    return undefined;
  }
}

/**
 * AES-256-GCM with 12-byte nonces and 16-byte tags (NIST SP 800-38D). At most 2^32 messages under one key with random nonces (section
 * 8.3), each of at most 2^36 - 32 bytes (section 5.2.1.1). Not key-committing: a ciphertext can be made that opens under two keys.
 */
export const AES_256_GCM: Aead = Object.freeze({ seal, open });
