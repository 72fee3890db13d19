import { randomBytes } from 'node:crypto';
import { NoncePool } from './nonce-pool.js';

// One for each isolate: a worker that loads this module has a pool of its own.
const nonces = new NoncePool({ randomBytes, monotonicMillis: () => performance.now() });

/** A random nonce, owned by the caller. Nothing else may be taken from here. */
export function randomNonce(bytes: number): Buffer {
  return nonces.take(bytes);
}

/** Random bytes for keys, salts and secrets, owned by the caller. */
export function randomSecret(bytes: number): Buffer {
  return randomBytes(bytes);
}
