import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

/** HMAC-SHA-256 (RFC 2104, FIPS 198-1), never shortened: 32 bytes. */
export function hmacSha256(key: KeyObject, message: Buffer): Buffer {
  return createHmac('sha256', key).update(message).digest();
}

/** Compares in constant time for equal lengths; the length itself is no secret. */
export function equalInConstantTime(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
