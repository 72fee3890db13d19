import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { AppError } from '@app/errors';

/** Bytes of a seed and of a public key (RFC 8032, section 5.1.5). */
export const ED25519_KEY_BYTES = 32;
/** Bytes of a signature (RFC 8032, section 5.1.6). */
export const ED25519_SIGNATURE_BYTES = 64;

// DER up to the 32 bytes (RFC 8410, sections 4 and 7).
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

function assertLength(bytes: Buffer): void {
  if (bytes.length !== ED25519_KEY_BYTES)
    throw new AppError('internal', { cause: new RangeError('a key of Ed25519 has 32 bytes') });
}

/**
 * The private key of a seed.
 *
 * @param seed - 32 bytes, handed over: they are overwritten.
 * @throws AppError `internal` for another length.
 */
export function takeEd25519Seed(seed: Buffer): KeyObject {
  assertLength(seed);
  const der = Buffer.concat([PKCS8_HEAD, seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  seed.fill(0);
  return key;
}

/**
 * The public key of its 32 bytes. Any 32 bytes are taken: those that are no point of the curve verify nothing.
 *
 * @throws AppError `internal` for another length.
 */
export function ed25519PublicKey(bytes: Buffer): KeyObject {
  assertLength(bytes);
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: 'der', type: 'spki' });
}

/** The 32 bytes of the public half of `key`, which may be either half. */
export function ed25519PublicBytes(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_HEAD.length);
}

/** Signs with Ed25519, the pure variant (RFC 8032, section 5.1): 64 bytes, the same each time. */
export function signEd25519(privateKey: KeyObject, message: Buffer): Buffer {
  return sign(null, message, privateKey);
}

/** Verifies a signature of {@link signEd25519}. One of another length, or whose S is not reduced, is none. */
export function verifyEd25519(publicKey: KeyObject, message: Buffer, signature: Buffer): boolean {
  return verify(null, message, publicKey, signature);
}
