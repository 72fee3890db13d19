import { MAX_CONTEXT_ENTRIES } from '@app/encoding';
import { EncryptAnswer } from './data.js';
import { Field, LowerCaseField, NestedField } from './field.js';
import { base64, bool, textMap, uuid } from './rules.js';

/** `POST /v1/data-keys`. */
export class CreateDataKeyRequest {
  @LowerCaseField(uuid(), { description: 'The encryption whose active version wraps the key.' })
  encryptionId: string;

  @Field(textMap(MAX_CONTEXT_ENTRIES), {
    description: 'As for encrypt: opening the key needs the same.',
    optional: true,
  })
  context?: Record<string, string>;

  @Field(bool(), {
    description:
      'Whether the key itself is answered beside the wrapped one. By default false: who makes keys for others need not see them.',
    optional: true,
  })
  plaintext?: boolean;
}

/** What opening a data key answers. */
export class DataKeyAnswer {
  @Field(base64(), { description: 'The key: 32 bytes, base64. The service keeps no copy.' })
  key: string;
}

/** What making a data key answers. */
export class CreatedDataKeyAnswer {
  @NestedField(EncryptAnswer, {
    description: 'The key as a blob of its own kind, to be stored and opened later.',
  })
  wrappedKey: EncryptAnswer;

  @Field(base64(), {
    description: 'The key itself: 32 bytes, base64; only where it was asked for.',
    optional: true,
  })
  key?: string;
}
