import type { webcrypto } from 'node:crypto';
import { AppError } from '@app/errors';
import { ClientKeysError } from './client-keys-error.js';

const KEY_BITS = 256;
const TAG_BYTES = 16;
const NO_SALT = new Uint8Array();

/** Web Crypto, of a browser or of Node.js. @throws ClientKeysError `unsupported_runtime`, as in a page without HTTPS. */
export function subtleCrypto(): webcrypto.SubtleCrypto {
  const { crypto } = globalThis as { crypto?: { subtle?: webcrypto.SubtleCrypto } };
  if (crypto?.subtle === undefined) throw new ClientKeysError('unsupported_runtime');
  return crypto.subtle;
}

/** `length` random bytes. */
export function randomBytes(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length));
}

export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await subtleCrypto().digest('SHA-256', bytes));
}

/** HKDF-SHA-256 (RFC 5869) with an empty salt. @returns 32 bytes, owned by the caller. */
export async function hkdf(ikm: Uint8Array, info: Uint8Array): Promise<Uint8Array> {
  const subtle = subtleCrypto();
  const key = await subtle.importKey('raw', ikm, 'HKDF', false, ['deriveBits']);
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: NO_SALT, info };
  return new Uint8Array(await subtle.deriveBits(algorithm, key, KEY_BITS));
}

/** Key, nonce and what is authenticated of one use of AES-256-GCM (NIST SP 800-38D). Bytes are borrowed. */
export interface Lock {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** 12 bytes. */
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
}

async function importAes({ key }: Lock, use: 'encrypt' | 'decrypt'): Promise<webcrypto.CryptoKey> {
  return await subtleCrypto().importKey('raw', key, 'AES-GCM', false, [use]);
}

function gcm({ nonce, aad }: Lock): webcrypto.AeadParams {
  return { name: 'AES-GCM', iv: nonce, additionalData: aad, tagLength: TAG_BYTES * 8 };
}

/** AES-256-GCM; the tag is at the end of what it gives. */
export async function sealGcm(lock: Lock, message: Uint8Array): Promise<Uint8Array> {
  const key = await importAes(lock, 'encrypt');
  return new Uint8Array(await subtleCrypto().encrypt(gcm(lock), key, message));
}

/** @returns the message, owned by the caller. @throws AppError `decryption_failed`. */
export async function openGcm(lock: Lock, sealed: Uint8Array): Promise<Uint8Array> {
  if (sealed.length < TAG_BYTES) throw new AppError('decryption_failed');
  const key = await importAes(lock, 'decrypt');
  try {
    return new Uint8Array(await subtleCrypto().decrypt(gcm(lock), key, sealed));
  } catch (cause) {
    throw new AppError('decryption_failed', { cause });
  }
}
