import { EncryptionAnswer } from './encryptions.js';
import { FINGERPRINT, SignedEnvelope } from './envelope.js';
import { Field, NestedField } from './field.js';
import { oneOrMany, uuid } from './rules.js';

/** Encryptions in one export at most. */
const MAX_EXPORTED_AT_ONCE = 100;
/** Encryptions in a file that import takes at most. */
const MAX_IMPORTED_AT_ONCE = 1000;

/** `POST /v1/export`. */
export class ExportRequest {
  @Field(oneOrMany(uuid(), MAX_EXPORTED_AT_ONCE), {
    description: 'The encryption, or up to 100 of them, each once.',
  })
  encryptionId: string | string[];
}

/** What export answers and import takes: a DSSE envelope with all that opening blobs needs besides the master key, to be kept as it is. */
export class ExportAnswer extends SignedEnvelope {}

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
