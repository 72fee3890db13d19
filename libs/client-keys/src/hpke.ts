import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto';
import { AppError, invalidField } from '@app/errors';

/** Bytes of an X25519 key, and of what DHKEM sends with a message. */
export const X25519_BYTES = 32;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HASH_BYTES = 32;

const CIPHER = 'aes-256-gcm';
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const NOTHING = Buffer.alloc(0);

/** RFC 9180, section 7: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, AES-256-GCM 0x0002. */
const KEM_SUITE = Buffer.from('4b454d0020', 'hex');
const HPKE_SUITE = Buffer.from('48504b45002000010002', 'hex');
const VERSION = Buffer.from('HPKE-v1', 'latin1');
const MODE_BASE = Buffer.of(0);

/** The private half of an X25519 key out of its 32 bytes. @throws AppError `invalid_request` for another length. */
export function privateKeyOf(bytes: Buffer): KeyObject {
  if (bytes.length !== X25519_BYTES) throw invalidField('privateKey', 'must be 32 bytes');
  const der = Buffer.concat([PRIVATE_PREFIX, bytes]);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

/** The public half out of its 32 bytes. @throws AppError `invalid_request` for another length. */
export function publicKeyOf(bytes: Buffer): KeyObject {
  if (bytes.length !== X25519_BYTES) throw invalidField('publicKey', 'must be 32 bytes');
  return createPublicKey({
    key: Buffer.concat([PUBLIC_PREFIX, bytes]),
    format: 'der',
    type: 'spki',
  });
}

/** The 32 bytes of the public half of a key. */
export function publicBytesOf(key: KeyObject): Buffer {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return half.export({ format: 'der', type: 'spki' }).subarray(-X25519_BYTES);
}

function hmac(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** LabeledExtract of RFC 9180, section 4. */
function labeledExtract(suite: Buffer, salt: Buffer, label: string, ikm: Buffer): Buffer {
  return hmac(salt, VERSION, suite, Buffer.from(label, 'latin1'), ikm);
}

/** LabeledExpand of RFC 9180, section 4, of one block of the hash at most: HKDF-Expand (RFC 5869, section 2.3) is one HMAC then. */
function labeledExpand(
  suite: Buffer,
  prk: Buffer,
  label: string,
  info: Buffer,
  bytes: number,
): Buffer {
  const length = Buffer.of(0, bytes);
  const name = Buffer.from(label, 'latin1');
  return hmac(prk, length, VERSION, suite, name, info, Buffer.of(1)).subarray(
    0,
    Math.min(bytes, HASH_BYTES),
  );
}

/** What both sides derive: the steps of RFC 9180, sections 4.1 and 5.1. */
export interface HpkeContext {
  readonly dh: Buffer;
  readonly sharedSecret: Buffer;
  /** 32 bytes. */
  readonly key: Buffer;
  /** 12 bytes. */
  readonly baseNonce: Buffer;
}

/**
 * The context of one message in base mode.
 *
 * @param own - the ephemeral key of a sender, or the recipient's key. Borrowed.
 * @param other - the other side's public half.
 * @param kemContext - enc and the recipient's public half, 64 bytes.
 * @throws AppError `decryption_failed` for a point of small order (RFC 9180, section 7.1.4).
 */
export function deriveHpkeContext(
  own: KeyObject,
  other: KeyObject,
  kemContext: Buffer,
  info: Buffer,
): HpkeContext {
  const dh = agree(own, other);
  const prk = labeledExtract(KEM_SUITE, NOTHING, 'eae_prk', dh);
  const sharedSecret = labeledExpand(KEM_SUITE, prk, 'shared_secret', kemContext, HASH_BYTES);
  const pskIdHash = labeledExtract(HPKE_SUITE, NOTHING, 'psk_id_hash', NOTHING);
  const infoHash = labeledExtract(HPKE_SUITE, NOTHING, 'info_hash', info);
  const context = Buffer.concat([MODE_BASE, pskIdHash, infoHash]);
  const secret = labeledExtract(HPKE_SUITE, sharedSecret, 'secret', NOTHING);
  return {
    dh,
    sharedSecret,
    key: labeledExpand(HPKE_SUITE, secret, 'key', context, KEY_BYTES),
    baseNonce: labeledExpand(HPKE_SUITE, secret, 'base_nonce', context, NONCE_BYTES),
  };
}

function agree(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch (cause) {
    throw new AppError('decryption_failed', { cause });
  }
}

/** AES-256-GCM, 12-byte nonce; the tag is at the end of what it gives. */
export function sealAead(key: Buffer, nonce: Buffer, aad: Buffer, message: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad);
  return Buffer.concat([cipher.update(message), cipher.final(), cipher.getAuthTag()]);
}

/** @returns the message, owned by the caller. @throws AppError `decryption_failed`. */
export function openAead(key: Buffer, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new AppError('decryption_failed');
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(aad)
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  const message = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
    return message;
  } catch (cause) {
    message.fill(0);
    throw new AppError('decryption_failed', { cause });
  }
}

/**
 * Opens one message in base mode with sequence number 0 (RFC 9180, section 6.1).
 *
 * @param recipient - private. Borrowed.
 * @param enc - the sender's ephemeral public half, 32 bytes.
 * @returns the message, owned by the caller.
 * @throws AppError `decryption_failed`; `invalid_request` for an enc of another length.
 */
export function openHpke(
  recipient: KeyObject,
  enc: Buffer,
  info: Buffer,
  aad: Buffer,
  sealed: Buffer,
): Buffer {
  const kemContext = Buffer.concat([enc, publicBytesOf(recipient)]);
  const { key, baseNonce } = deriveHpkeContext(recipient, publicKeyOf(enc), kemContext, info);
  return openAead(key, baseNonce, aad, sealed);
}
