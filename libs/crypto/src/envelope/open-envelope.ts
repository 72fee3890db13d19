import { decodeBase64, isCanonicalBase64 } from '@app/encoding';
import { AppError, invalidField } from '@app/errors';
import { ed25519PublicKey, ED25519_SIGNATURE_BYTES, verifyEd25519 } from '../hazmat/ed25519.js';
import { encodePae, findPublicKey, MAX_PAYLOAD_BYTES } from './envelope.js';
import { Members } from './members.js';

/** An envelope whose signature fits. By whom it is signed, and whether that one is trusted, the caller decides by the fingerprint. */
export interface OpenedEnvelope {
  readonly payloadType: string;
  /** As it was signed. It is not parsed yet. */
  readonly payload: Buffer;
  /** The signer's 32 bytes. */
  readonly publicKey: Buffer;
  /** The signer's fingerprint: lower-case hex of SHA-256 of `publicKey`. */
  readonly fingerprint: string;
}

const ENVELOPE = { required: ['payloadType', 'payload', 'signatures'] } as const;
const SIGNATURE = { required: ['keyid', 'sig'] } as const;
const FINGERPRINT = /^[0-9a-f]{64}$/;
/** Base64 of {@link MAX_PAYLOAD_BYTES}. */
const MAX_PAYLOAD_CHARACTERS = Math.ceil(MAX_PAYLOAD_BYTES / 3) * 4;

/** Whether a text has the form of a fingerprint, `EnvelopeSignature.keyid`. */
export function isFingerprint(text: unknown): text is string {
  return typeof text === 'string' && FINGERPRINT.test(text);
}

function decodePayload(members: Members): Buffer {
  const text = members.raw('payload');
  if (typeof text === 'string' && text.length > MAX_PAYLOAD_CHARACTERS)
    throw new AppError('payload_too_large');
  if (!isCanonicalBase64(text)) throw members.refuse('payload', 'must be padded, canonical base64');
  return decodeBase64(text, 'payload');
}

/**
 * Opens an envelope of DSSE v1 (`docs/spec/envelope-v1.md`). The signature is verified over the payload's bytes before anything in them
 * is parsed; the one thing that is looked for among them is the key that the signature names.
 *
 * @param envelope - out of strict JSON; anything at all is taken and judged.
 * @param payloadType - what the caller is ready to read. Another one is refused: an envelope is never taken for one of another kind.
 * @param field - how refusals call the envelope.
 * @throws AppError `invalid_request`, naming the member, for another form, another type, a payload without the signer's key, and a
 * signature that does not fit; `payload_too_large`.
 */
export function openEnvelope(
  envelope: unknown,
  payloadType: string,
  field = 'envelope',
): OpenedEnvelope {
  const members = new Members(field, envelope, ENVELOPE);
  if (members.raw('payloadType') !== payloadType)
    throw members.refuse('payloadType', `must be ${payloadType}`);
  const [signature] = members.objects('signatures', { least: 1, most: 1 }, SIGNATURE);
  const fingerprint = signature?.raw('keyid');
  if (signature === undefined || !isFingerprint(fingerprint))
    throw invalidField(`${field}.signatures[0].keyid`, 'must be SHA-256 in lower-case hex');
  const sig = signature.bytes('sig', ED25519_SIGNATURE_BYTES);
  const payload = decodePayload(members);
  const publicKey = findPublicKey(payload, fingerprint);
  if (publicKey === undefined)
    throw members.refuse('payload', 'must hold the public key that the signature names');
  if (!verifyEd25519(ed25519PublicKey(publicKey), encodePae(payloadType, payload), sig))
    throw signature.refuse('sig', 'does not fit: the payload was changed, or another key signed');
  return { payloadType, payload, publicKey, fingerprint };
}
