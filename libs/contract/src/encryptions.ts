import { SignedEnvelope } from './envelope.js';
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

/** Days to the destruction of a version, at most. */
export const MAX_DESTROY_AFTER_DAYS = 120;
/** Unless said. */
export const DEFAULT_DESTROY_AFTER_DAYS = 30;
/** Days of a rule of rotation, at most. */
export const MAX_ROTATION_DAYS = 3650;
/** Messages of a rule of rotation, at most: what the cipher with the shortest nonces allows under one key. */
export const MAX_ROTATION_MESSAGES = 2 ** 32;

/** When an encryption rotates by itself: whichever comes first. */
export class Rotation {
  @Field(integer(1, MAX_ROTATION_DAYS), {
    description: 'Days after which the active version is followed by a new one.',
    optional: true,
  })
  everyDays?: number;

  @Field(integer(1, MAX_ROTATION_MESSAGES), {
    description:
      'Messages after which the active version is followed by a new one: never before, and at most one in a hundred later.',
    optional: true,
  })
  afterMessages?: number;
}

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

  @NestedField(Rotation, { description: 'When it rotates by itself.', optional: true })
  rotation?: Rotation;

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

  @NestedField(Rotation, {
    description:
      'When it rotates by itself, in place of what was set before: a rule that is not named ends, and {} ends both.',
    optional: true,
  })
  rotation?: Rotation;

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

/** `DELETE /v1/encryptions/{id}`, and `POST …/versions/{versionId}/destroy`. */
export class DestroyRequest {
  @Field(integer(0, MAX_DESTROY_AFTER_DAYS), {
    description:
      'Days until the key is erased; by default 30. The operator sets the least. Until then it can be restored.',
    optional: true,
  })
  afterDays?: number;
}

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

  @Field(time(), {
    description: 'When its key is to be erased, or was.',
    optional: true,
  })
  destroyAt?: string;

  @NestedField(SignedEnvelope, {
    description:
      'Of a destroyed version: signed by the service, says where copies of its key may still exist.',
    optional: true,
  })
  receipt?: SignedEnvelope;
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

  @NestedField(Rotation, { description: 'When it rotates by itself.', optional: true })
  rotation?: Rotation;

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
