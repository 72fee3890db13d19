import { AppError } from '@app/errors';
import { encodeMembers, joinBytes, uuidBytes } from './bytes.js';
import { SecretKey } from './secret-key.js';
import { hkdf, type Lock, openGcm, randomBytes, sealGcm } from './web-crypto.js';
import { publicKeyOf, X25519_BYTES } from './x25519.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_BYTES = NONCE_BYTES + X25519_BYTES + TAG_BYTES;
const LABEL = 'keyward/v1/private-key';

/** A member's key pair. */
export interface KeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Owned by whoever has the pair. */
  readonly privateKey: SecretKey;
}

/** A new X25519 key pair: 32 random bytes are a private key (RFC 7748, section 6.1). @throws ClientKeysError `unsupported_runtime`. */
export async function generateKeyPair(): Promise<KeyPair> {
  const privateKey = SecretKey.random();
  return { privateKey, publicKey: await publicKeyOf(privateKey) };
}

/** What a private key is wrapped with: K, nonce and AAD of `docs/spec/client-keys-v1.md`. The caller overwrites the key. */
export async function privateKeyLock(
  memberKey: SecretKey,
  userId: string,
  publicKey: Uint8Array,
  nonce: Uint8Array,
): Promise<Lock> {
  const user = uuidBytes(userId, 'userId');
  const key = await hkdf(memberKey.expose(), encodeMembers(LABEL, user));
  return { key, nonce, aad: encodeMembers(LABEL, user, publicKey) };
}

/** {@link wrapPrivateKey} with its nonce given: for vectors, which alone may do so. */
export async function wrapPrivateKeyWith(
  nonce: Uint8Array,
  memberKey: SecretKey,
  userId: string,
  privateKey: SecretKey,
): Promise<Uint8Array> {
  const publicKey = await publicKeyOf(privateKey);
  const lock = await privateKeyLock(memberKey, userId, publicKey, nonce);
  try {
    return joinBytes(nonce, await sealGcm(lock, privateKey.expose()));
  } finally {
    lock.key.fill(0);
  }
}

/**
 * Wraps a member's private key under the member key, for the core to keep: nonce and ciphertext, 60 bytes.
 *
 * @param memberKey - borrowed.
 * @param privateKey - borrowed.
 * @throws AppError `invalid_request`; ClientKeysError `unsupported_runtime`.
 */
export async function wrapPrivateKey(
  memberKey: SecretKey,
  userId: string,
  privateKey: SecretKey,
): Promise<Uint8Array> {
  return await wrapPrivateKeyWith(randomBytes(NONCE_BYTES), memberKey, userId, privateKey);
}

/**
 * Opens a member's private key.
 *
 * @param memberKey - borrowed.
 * @param publicKey - the member's, 32 bytes: another one beside the wrapped key does not open it.
 * @returns owned by the caller.
 * @throws AppError `decryption_failed`.
 */
export async function unwrapPrivateKey(
  memberKey: SecretKey,
  userId: string,
  publicKey: Uint8Array,
  wrapped: Uint8Array,
): Promise<SecretKey> {
  if (wrapped.length !== WRAPPED_BYTES) throw new AppError('decryption_failed');
  const nonce = wrapped.slice(0, NONCE_BYTES);
  const lock = await privateKeyLock(memberKey, userId, publicKey, nonce);
  try {
    return new SecretKey(await openGcm(lock, wrapped.slice(NONCE_BYTES)));
  } finally {
    lock.key.fill(0);
  }
}
