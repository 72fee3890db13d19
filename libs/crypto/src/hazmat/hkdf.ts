import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { AppError } from '@app/errors';
import { isLengthOfHkdf } from './hkdf-length.js';
import { takeKey } from './secret-key.js';

/** What goes into HKDF beside the key. */
export interface HkdfInput {
  readonly hash: 'sha256' | 'sha512';
  /** Keying material; borrowed. */
  readonly ikm: Buffer;
  /** No salt equals a salt of zeros (RFC 5869, section 2.2). */
  readonly salt?: Buffer;
  /** At most 1,024 bytes, which is Node's limit, not the standard's. */
  readonly info: Buffer;
  /** Bytes to derive: 1 at least, and at most 255 times the length of the hash. */
  readonly bytes: number;
}

const NO_SALT = Buffer.alloc(0);

const HASH_BYTES = { sha256: 32, sha512: 64 } as const;
const MAX_INFO_BYTES = 1024;

/**
 * HKDF, extract and expand (RFC 5869).
 *
 * @returns new bytes, owned by the caller, who overwrites them.
 * @throws AppError `internal` for a length that HKDF does not have and an info beyond its limit.
 */
export function hkdf({ hash, ikm, salt = NO_SALT, info, bytes }: HkdfInput): Buffer {
  const fits = isLengthOfHkdf(bytes, HASH_BYTES[hash]) && info.length <= MAX_INFO_BYTES;
  if (!fits) {
    throw new AppError('internal', { cause: new RangeError('beyond the limits of HKDF') });
  }
  // As a KeyObject: given bytes, Node 24 first throws and catches an error to see that they are none, which costs as much as HKDF.
  return Buffer.from(hkdfSync(hash, createSecretKey(ikm), salt, info, bytes));
}

/** A 32-byte key by HKDF-SHA-256, which exists as a `KeyObject` only. */
export function deriveKey(ikm: Buffer, info: Buffer, salt?: Buffer): KeyObject {
  return takeKey(
    hkdf({ hash: 'sha256', ikm, info, bytes: 32, ...(salt === undefined ? {} : { salt }) }),
  );
}

/** HMAC pads its key with zeros, so that no salt is a salt of zeros (RFC 5869, section 2.2). */
const EMPTY_SALT = createSecretKey(Buffer.alloc(HASH_BYTES.sha256));
const FIRST_BLOCK = Buffer.from([1]);

/**
 * HKDF-Extract with SHA-256 and no salt (RFC 5869, section 2.2): the pseudo-random key that {@link expandKey} derives several keys from,
 * so that the keying material need not be kept and is not extracted from twice.
 *
 * @param ikm - borrowed.
 */
export function extractKey(ikm: Buffer): KeyObject {
  return takeKey(createHmac('sha256', EMPTY_SALT).update(ikm).digest());
}

/** HKDF-Expand with SHA-256 to 32 bytes (RFC 5869, section 2.3), which is its first block. Equal to {@link deriveKey} without a salt. */
export function expandKey(prk: KeyObject, info: Buffer): KeyObject {
  return takeKey(createHmac('sha256', prk).update(info).update(FIRST_BLOCK).digest());
}
