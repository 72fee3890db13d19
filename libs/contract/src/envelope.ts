import { Field, NestedField } from './field.js';
import { base64, text, textOf } from './rules.js';

export const FINGERPRINT = textOf(
  /^[0-9a-f]{64}$/,
  'must be a fingerprint: 64 hexadecimal digits in lower case',
);

/** Who signed something, and the signature. */
export class EnvelopeSignature {
  @Field(FINGERPRINT, {
    description: 'The fingerprint of the signer: SHA-256 of its public key, in hexadecimal.',
  })
  keyid: string;

  @Field(base64(), { description: 'An Ed25519 signature, base64.' })
  sig: string;
}

/** A DSSE envelope: bytes of a stated type, and a signature over both. */
export class SignedEnvelope {
  @Field(text(), { description: 'What the payload is.' })
  payloadType: string;

  @Field(base64(), { description: 'What was signed, base64.' })
  payload: string;

  @NestedField(EnvelopeSignature, { description: 'One signature over type and payload.', most: 1 })
  signatures: EnvelopeSignature[];
}
