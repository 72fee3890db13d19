import { hash, type KeyObject } from 'node:crypto';
import { ed25519PublicBytes } from '../hazmat/ed25519.js';

/** A signature over an envelope, and whose it is. */
export interface EnvelopeSignature {
  /** The fingerprint of the key that signed: lower-case hex of SHA-256 of its 32 bytes. */
  readonly keyid: string;
  /** 64 bytes in base64. */
  readonly sig: string;
}

/** A signed payload, `docs/spec/envelope-v1.md`: these members and no others. */
export interface Envelope {
  readonly payloadType: string;
  /** The payload's bytes in base64. */
  readonly payload: string;
  readonly signatures: readonly [EnvelopeSignature];
}

/** Bytes of a payload at most. */
export const MAX_PAYLOAD_BYTES = 32 * 1024 * 1024;

/**
 * PAE of DSSE v1 (secure-systems-lab/dsse, protocol.md): what is signed. Lengths are bytes in decimal, so that type and payload cannot
 * be cut anew.
 */
export function encodePae(payloadType: string, payload: Buffer): Buffer {
  const type = Buffer.from(payloadType, 'utf8');
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${String(type.length)} `),
    type,
    Buffer.from(` ${String(payload.length)} `),
    payload,
  ]);
}

/**
 * The fingerprint of an Ed25519 key, by which people and settings name a signer: lower-case hex of SHA-256 of the 32-byte public key.
 *
 * @param key - either half, or the 32 bytes of the public one.
 */
export function fingerprintOf(key: KeyObject | Buffer): string {
  return hash('sha256', Buffer.isBuffer(key) ? key : ed25519PublicBytes(key), 'hex');
}

// Without escapes, in the one spelling that the specification allows; a quote inside of a text of JSON has a backslash before it.
const PUBLIC_KEY = /"publicKey"[ \t\r\n]*:[ \t\r\n]*"([A-Za-z0-9+/]{43}=)"/g;

/**
 * Finds the key with this fingerprint in a payload of which nothing is authentic yet. It looks at bytes and parses nothing: whatever
 * else stands there, a key with another fingerprint is never returned.
 *
 * @returns its 32 bytes; undefined where it is not there.
 */
export function findPublicKey(payload: Buffer, fingerprint: string): Buffer | undefined {
  for (const [, text = ''] of payload.toString('latin1').matchAll(PUBLIC_KEY)) {
    const key = Buffer.from(text, 'base64');
    if (fingerprintOf(key) === fingerprint) return key;
  }
  return undefined;
}
