import type { KeyObject } from 'node:crypto';
import { encodeBase64 } from '@app/encoding';
import { AppError } from '@app/errors';
import { signEd25519 } from '../hazmat/ed25519.js';
import {
  encodePae,
  findPublicKey,
  fingerprintOf,
  MAX_PAYLOAD_BYTES,
  type Envelope,
} from './envelope.js';

/**
 * Makes sure that what was signed opens: a file that nobody can read is found out when the key in it is needed, and by then it is gone.
 *
 * @param open - reads the whole of it.
 * @throws AppError `internal` where it does not open.
 */
export function assertOpens(open: () => unknown): void {
  try {
    open();
  } catch (cause) {
    throw new AppError('internal', { cause });
  }
}

/**
 * Signs a payload into an envelope of DSSE v1 (`docs/spec/envelope-v1.md`).
 *
 * @param key - an Ed25519 private key. Borrowed.
 * @param payload - JSON with the member `publicKey`, base64 of the public half of `key`: by it the envelope is verified. Borrowed.
 * @throws AppError `internal` for a payload that would not open again: without that key in it, or over {@link MAX_PAYLOAD_BYTES}.
 */
export function signEnvelope(key: KeyObject, payloadType: string, payload: Buffer): Envelope {
  const keyid = fingerprintOf(key);
  if (payload.length > MAX_PAYLOAD_BYTES || findPublicKey(payload, keyid) === undefined) {
    throw new AppError('internal', {
      cause: new TypeError('a payload that is signed is within its limit and holds its public key'),
    });
  }
  const signature = signEd25519(key, encodePae(payloadType, payload));
  return {
    payloadType,
    payload: encodeBase64(payload),
    signatures: [{ keyid, sig: encodeBase64(signature) }],
  };
}
