import { EncryptionAnswer } from './encryptions.js';
import { Field, NestedField } from './field.js';
import { base64, oneOrMany, text, textOf, uuid } from './rules.js';

/** Encryptions in one export at most. */
const MAX_EXPORTED_AT_ONCE = 100;
/** Encryptions in a file that import takes at most. */
const MAX_IMPORTED_AT_ONCE = 1000;

const FINGERPRINT = textOf(
  /^[0-9a-f]{64}$/,
  'must be a fingerprint: 64 hexadecimal digits in lower case',
);

/** `POST /v1/export`. */
export class ExportRequest {
  @Field(oneOrMany(uuid(), MAX_EXPORTED_AT_ONCE), {
    description: 'The encryption, or up to 100 of them, each once.',
  })
  encryptionId: string | string[];
}

/** Who signed a file, and the signature. */
export class FileSignature {
  @Field(FINGERPRINT, {
    description: 'The fingerprint of the signer: SHA-256 of its public key, in hexadecimal.',
  })
  keyid: string;

  @Field(base64(), { description: 'An Ed25519 signature, base64.' })
  sig: string;
}

/** What export answers and import takes: a DSSE envelope, to be kept as it is. */
export class ExportAnswer {
  @Field(text(), { description: 'What the payload is.' })
  payloadType: string;

  @Field(base64(), { description: 'All that opening blobs needs besides the master key, base64.' })
  payload: string;

  @NestedField(FileSignature, { description: 'One signature over type and payload.', most: 1 })
  signatures: FileSignature[];
}

/** `POST /v1/import`: what export answered, and by whom it may be signed. */
export class ImportRequest extends ExportAnswer {
  @Field(FINGERPRINT, {
    description:
      'The fingerprint of the signer, where it is neither this service nor one that its operator trusts.',
    optional: true,
  })
  signer?: string;
}

export class ImportAnswer {
  @NestedField(EncryptionAnswer, {
    description:
      'The encryptions that are here now. In client mode the active version comes with the first call that brings the key.',
    most: MAX_IMPORTED_AT_ONCE,
  })
  items: EncryptionAnswer[];

  @Field(FINGERPRINT, { description: 'Who signed the file.' })
  signer: string;
}
