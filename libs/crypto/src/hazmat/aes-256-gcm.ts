import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Aead } from './aead.js';
import { nodeAead, TAG_OPTIONS } from './node-aead.js';

const CIPHER = 'aes-256-gcm';

/**
 * AES-256-GCM with 12-byte nonces and 16-byte tags (NIST SP 800-38D). At most 2^32 messages under one key with random nonces (section
 * 8.3), each of at most 2^36 - 32 bytes (section 5.2.1.1). Not key-committing: a ciphertext can be made that opens under two keys.
 */
export const AES_256_GCM: Aead = nodeAead({
  name: 'AES-256-GCM',
  encrypt: (key, nonce) => createCipheriv(CIPHER, key, nonce, TAG_OPTIONS),
  decrypt: (key, nonce) => createDecipheriv(CIPHER, key, nonce, TAG_OPTIONS),
});
