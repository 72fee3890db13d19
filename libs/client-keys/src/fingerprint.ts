import { invalidField } from '@app/errors';
import { encodeHex } from './bytes.js';
import { sha256 } from './web-crypto.js';
import { X25519_BYTES } from './x25519.js';

/**
 * What two people compare of a public key, read aloud or sent by another way than through the core: lower-case hex of SHA-256 of its 32
 * bytes, in sixteen groups of four with a space between.
 *
 * @throws AppError `invalid_request` for another length.
 */
export async function fingerprintOf(publicKey: Uint8Array): Promise<string> {
  if (publicKey.length !== X25519_BYTES) throw invalidField('publicKey', 'must be 32 bytes');
  const hex = encodeHex(await sha256(publicKey));
  return (hex.match(/.{4}/g) ?? []).join(' ');
}
