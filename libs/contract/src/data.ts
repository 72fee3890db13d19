import { Field, LowerCaseField } from './field.js';
import { MAX_CONTEXT_ENTRIES } from '@app/encoding';
import { base64, bool, object, oneOf, text, textMap, uuid } from './rules.js';
import { ENCODINGS, type Encoding } from './wire.js';

/** What is encrypted, and how. */
export class Encryptable {
  @Field(text(), { description: 'What is encrypted; may be empty; at most 5 MiB once decoded.' })
  data: string;

  @Field(oneOf(ENCODINGS), {
    description:
      'How data is read; base64 is canonical and padded (RFC 4648, section 4). By default utf8.',
    optional: true,
  })
  encoding?: Encoding;

  @LowerCaseField(uuid(), {
    description:
      'Use this version instead of the active one. It must be active, or deactivated where the encryption allows that.',
    optional: true,
  })
  encryptionVersionId?: string;

  @Field(textMap(MAX_CONTEXT_ENTRIES), {
    description:
      'Text to text, up to 32 entries and 4 KiB; authenticated, not stored: decrypt needs the same. Absent equals {}.',
    optional: true,
  })
  context?: Record<string, string>;
}

/** `POST /v1/encrypt`. */
export class EncryptRequest extends Encryptable {
  @LowerCaseField(uuid(), { description: 'The encryption whose key is used.' })
  encryptionId: string;
}

/** What encrypt answers, and what decrypt takes back. */
export class EncryptAnswer {
  @Field(base64(), { description: 'The ciphertext, base64.' })
  cipherText: string;

  @LowerCaseField(uuid(), { description: 'The encryption.' })
  encryptionId: string;

  @LowerCaseField(uuid(), { description: 'The version whose key was used.' })
  encryptionVersionId: string;

  @Field(text(), { description: 'The algorithm of the version.' })
  algorithm: string;

  @Field(object(), { description: 'Stored by the caller and given back as it is.' })
  metadata: Record<string, unknown>;
}

/** A blob with all that it takes to open it. */
export class Decryptable {
  @Field(base64(), { description: 'The ciphertext, canonical base64.' })
  cipherText: string;

  @LowerCaseField(uuid(), { description: 'The version that encrypted.' })
  encryptionVersionId: string;

  @Field(object(), { description: 'The metadata that came with the ciphertext, as it was.' })
  metadata: Record<string, unknown>;

  @Field(textMap(MAX_CONTEXT_ENTRIES), {
    description: 'The context that was given to encrypt.',
    optional: true,
  })
  context?: Record<string, string>;

  @Field(text(), {
    description: 'The algorithm; where given it must be the one of the version.',
    optional: true,
  })
  algorithm?: string;

  @Field(bool(), { description: 'Ignored: part of what re-encrypt answers.', optional: true })
  changed?: boolean;
}

/** `POST /v1/decrypt` and `POST /v1/reencrypt`. What encrypt or re-encrypt answered may be handed back whole. */
export class DecryptRequest extends Decryptable {
  @LowerCaseField(uuid(), { description: 'The encryption.' })
  encryptionId: string;
}

export class DecryptAnswer {
  @Field(text(), { description: 'What was encrypted, in the encoding that it came in with.' })
  data: string;

  @Field(oneOf(ENCODINGS), { description: 'How data is written.' })
  encoding: Encoding;

  @LowerCaseField(uuid(), {
    description: 'The compromised version that the blob was re-encrypted from.',
    optional: true,
  })
  origin?: string;
}

/** What re-encrypt answers: what encrypt does, and whether it is another blob than before. */
export class ReencryptAnswer extends EncryptAnswer {
  @Field(bool(), {
    description:
      'False for a blob that is under the active version already: it comes back as it was.',
  })
  changed: boolean;
}

/** `POST /v1/rotate`. */
export class RotateRequest {
  @LowerCaseField(uuid(), { description: 'The encryption that gets a new version.' })
  encryptionId: string;

  @Field(text(), {
    description: 'The algorithm of this version and of those after it; absent, it stays as it is.',
    optional: true,
  })
  algorithm?: string;
}

export class RotateAnswer {
  @LowerCaseField(uuid(), { description: 'The version that is active now.' })
  newVersionId: string;
}
