import type { webcrypto } from 'node:crypto';
import { invalidField } from '@app/errors';
import { joinBytes } from './bytes.js';
import { ClientKeysError } from './client-keys-error.js';
import type { SecretKey } from './secret-key.js';
import { subtleCrypto } from './web-crypto.js';

/** Bytes of an X25519 key, and of what DHKEM sends with a message. */
export const X25519_BYTES = 32;

const ALGORITHM = 'X25519';
/** PKCS #8 of an X25519 private key up to its 32 bytes (RFC 8410, section 7). */
const PKCS8_HEAD = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32);
/** RFC 7748, section 6.1: a public key is X25519 of the private one and 9. */
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(X25519_BYTES - 1));

async function importKey(format: 'raw' | 'pkcs8', bytes: Uint8Array): Promise<webcrypto.CryptoKey> {
  const isPublic = format === 'raw';
  try {
    // A runtime without X25519 answers NotSupportedError, or SyntaxError for a use that it knows of no such key.
    return await subtleCrypto().importKey(
      format,
      bytes,
      ALGORITHM,
      isPublic,
      isPublic ? [] : ['deriveBits'],
    );
  } catch (cause) {
    // The bytes cannot be at fault: of 32 bytes each is a key (RFC 7748, section 5).
    throw new ClientKeysError('unsupported_runtime', { cause });
  }
}

/** A public key out of its 32 bytes. @throws AppError `invalid_request` for another length; ClientKeysError `unsupported_runtime`. */
export async function importPublicKey(bytes: Uint8Array): Promise<webcrypto.CryptoKey> {
  if (bytes.length !== X25519_BYTES) throw invalidField('publicKey', 'must be 32 bytes');
  return await importKey('raw', bytes);
}

async function importPrivateKey(privateKey: SecretKey): Promise<webcrypto.CryptoKey> {
  const der = joinBytes(PKCS8_HEAD, privateKey.expose());
  try {
    return await importKey('pkcs8', der);
  } finally {
    der.fill(0);
  }
}

/** X25519 (RFC 7748, section 5). @returns 32 bytes, owned by the caller. Rejects for a point of small order. */
export async function agree(
  privateKey: webcrypto.CryptoKey,
  publicKey: webcrypto.CryptoKey,
): Promise<Uint8Array> {
  const algorithm = { name: ALGORITHM, public: publicKey };
  return new Uint8Array(await subtleCrypto().deriveBits(algorithm, privateKey, X25519_BYTES * 8));
}

/** A key pair in the form that Web Crypto takes; the private half cannot be exported. @param privateKey - borrowed. */
export async function importKeyPair(privateKey: SecretKey): Promise<webcrypto.CryptoKeyPair> {
  const own = await importPrivateKey(privateKey);
  // Not by way of a JWK: that would leave the private half in a text, which nobody can overwrite.
  const publicBytes = await agree(own, await importKey('raw', BASE_POINT));
  return { privateKey: own, publicKey: await importPublicKey(publicBytes) };
}

/** The public half of a private key: 32 bytes. @param privateKey - borrowed. */
export async function publicKeyOf(privateKey: SecretKey): Promise<Uint8Array> {
  const { publicKey } = await importKeyPair(privateKey);
  return new Uint8Array(await subtleCrypto().exportKey('raw', publicKey));
}

/**
 * Looks whether keys can be made and used here at all, before a person types a password.
 *
 * @throws ClientKeysError `unsupported_runtime`.
 */
export async function assertSupported(): Promise<void> {
  await importKey('raw', BASE_POINT);
}
