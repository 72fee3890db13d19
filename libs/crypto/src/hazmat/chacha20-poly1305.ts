import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Aead } from './aead.js';
import { nodeAead, TAG_OPTIONS } from './node-aead.js';

const CIPHER = 'chacha20-poly1305';

/**
 * ChaCha20-Poly1305 with 12-byte nonces and 16-byte tags (RFC 8439, section 2.8). Its nonces are as short as those of AES-256-GCM, so the
 * same limits hold with random ones. Not key-committing either.
 */
export const CHACHA20_POLY1305: Aead = nodeAead({
  name: 'ChaCha20-Poly1305',
  encrypt: (key, nonce) => createCipheriv(CIPHER, key, nonce, TAG_OPTIONS),
  decrypt: (key, nonce) => createDecipheriv(CIPHER, key, nonce, TAG_OPTIONS),
});
