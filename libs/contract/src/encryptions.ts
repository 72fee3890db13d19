import { Field, LowerCaseField, NestedField } from './field.js';
import { PageQuery } from './page.js';
import { bool, integer, label, oneOf, text, time, uuid } from './rules.js';
import {
  ENCRYPTION_STATES,
  VERSION_STATES,
  type EncryptionState,
  type VersionState,
} from './wire.js';

export const MAX_NAME_LENGTH = 128;
/** Whose master key it is: the platform’s, or the client’s own, which comes with each call. */
export const MASTER_KEY_MODES = ['platform', 'client'] as const;
export type MasterKeyMode = (typeof MASTER_KEY_MODES)[number];
const PATCHABLE_STATES = ['enabled', 'disabled'] as const;

/** Which master key wraps the versions of an encryption. */
export class MasterKey {
  @Field(oneOf(MASTER_KEY_MODES), { description: 'Whose key it is.' })
  mode: MasterKeyMode;

  @Field(label(MAX_NAME_LENGTH), {
    description: 'The configured name of the provider; absent, the default one.',
    optional: true,
  })
  provider?: string;
}

/** `POST /v1/encryptions`. */
export class CreateEncryptionRequest {
  @LowerCaseField(uuid(), { description: 'An id of the caller’s own choice.', optional: true })
  encryptionId?: string;

  @Field(label(MAX_NAME_LENGTH), { description: 'A name, unique in the tenant.', optional: true })
  name?: string;

  @Field(label(MAX_NAME_LENGTH), {
    description:
      'The algorithm: AES-256-GCM (by default), XAES-256-GCM, ChaCha20-Poly1305 or RSA-OAEP-3072-SHA256+AES-256-GCM.',
    optional: true,
  })
  algorithm?: string;

  @NestedField(MasterKey, { description: 'The master key that wraps every version.' })
  masterKey: MasterKey;

  @Field(bool(), {
    description: 'Whether encrypt may name a deactivated version. By default true.',
    optional: true,
  })
  olderVersionsEncrypt?: boolean;
}

/** `PATCH /v1/encryptions/{id}`. */
export class PatchEncryptionRequest {
  @Field(label(MAX_NAME_LENGTH), { description: 'A name, unique in the tenant.', optional: true })
  name?: string;

  @Field(bool(), { description: 'Whether encrypt may name a deactivated version.', optional: true })
  olderVersionsEncrypt?: boolean;

  @Field(oneOf(PATCHABLE_STATES), {
    description:
      'The kill switch: once disabled has been answered, no replica releases another result.',
    optional: true,
  })
  state?: (typeof PATCHABLE_STATES)[number];
}

/** `POST /v1/encryptions/{id}/rewrap`. */
export class RewrapRequest extends MasterKey {}

/** One version of an encryption; never key material. */
export class VersionAnswer {
  @LowerCaseField(uuid(), { description: 'The version.' })
  encryptionVersionId: string;

  @Field(integer(1), { description: 'Counts up from 1 in the encryption.' })
  number: number;

  @Field(oneOf(VERSION_STATES), { description: 'The state, in the words of NIST SP 800-57.' })
  state: VersionState;

  @Field(text(), { description: 'The algorithm.' })
  algorithm: string;

  @Field(time(), { description: 'When it was made.' })
  createdAt: string;

  @Field(time(), { description: 'When it became active.', optional: true })
  activatedAt?: string;

  @Field(time(), { description: 'When it was deactivated.', optional: true })
  deactivatedAt?: string;

  @Field(integer(0), { description: 'Messages encrypted under it, never fewer than there were.' })
  messages: number;

  @Field(time(), { description: 'When its key was last used.', optional: true })
  lastUsedAt?: string;
}

export class EncryptionAnswer {
  @LowerCaseField(uuid(), { description: 'The encryption.' })
  encryptionId: string;

  @Field(text(), { description: 'Its name.', optional: true })
  name?: string;

  @Field(text(), { description: 'The algorithm of new versions.' })
  algorithm: string;

  @Field(oneOf(ENCRYPTION_STATES), { description: 'The state.' })
  state: EncryptionState;

  @NestedField(MasterKey, { description: 'The master key.' })
  masterKey: MasterKey;

  @Field(bool(), { description: 'Whether encrypt may name a deactivated version.' })
  olderVersionsEncrypt: boolean;

  @LowerCaseField(uuid(), { description: 'The active version.', optional: true })
  activeVersionId?: string;

  @Field(time(), { description: 'When it was made.' })
  createdAt: string;

  @Field(time(), { description: 'When it was last changed.' })
  updatedAt: string;
}

/** What making an encryption answers: it and its first version. */
export class CreatedEncryptionAnswer extends EncryptionAnswer {
  @NestedField(VersionAnswer, { description: 'The first version.' })
  version: VersionAnswer;
}

/** The query of `GET /v1/encryptions`. */
export class EncryptionsQuery extends PageQuery {
  @Field(label(MAX_NAME_LENGTH), { description: 'Only the one of this name.', optional: true })
  name?: string;

  @Field(oneOf(ENCRYPTION_STATES), { description: 'Only those in this state.', optional: true })
  state?: EncryptionState;

  @Field(label(MAX_NAME_LENGTH), { description: 'Only those of this algorithm.', optional: true })
  algorithm?: string;
}
