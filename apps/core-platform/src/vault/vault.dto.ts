import {
  type Encoding,
  ENCODINGS,
  Field,
  type FieldRule,
  LowerCaseField,
  PageQuery,
  rules,
} from '@app/contract';
import type { ItemMetadata } from './item-content.js';

const MAX_LABELS = 16;
const MAX_LABEL_LENGTH = 64;

const TYPE = rules.textOf(/^[a-z0-9._-]{1,64}$/, 'must be 1 to 64 of a-z, 0-9 and . _ -');

// PostgreSQL has no text with U+0000 in it.
const LABEL: FieldRule = {
  rule: 'must be text of 1 to 64 characters, without U+0000',
  schema: { type: 'string', minLength: 1, maxLength: MAX_LABEL_LENGTH },
  check: (value) =>
    typeof value === 'string' &&
    value.length > 0 &&
    [...value].length <= MAX_LABEL_LENGTH &&
    !value.includes('\0'),
};

const LABELS: FieldRule = {
  rule: 'must be a list of at most 16 texts of 1 to 64 characters, without U+0000',
  schema: { type: 'array', items: LABEL.schema, maxItems: MAX_LABELS },
  check: (value) => Array.isArray(value) && value.length <= MAX_LABELS && value.every(LABEL.check),
};

/** `POST /tenants/{id}/vault` and `PUT …/{itemId}`. */
export class ItemRequest {
  @Field(TYPE, { description: 'What kind of thing it is. Lies in clear, and can be searched.' })
  type: string;

  @Field(LABELS, { description: 'Lie in clear, and can be searched.', optional: true })
  labels?: string[];

  @Field(rules.object(), {
    description: 'Any object, at most 16 KiB of JSON. Stored only as a blob.',
    optional: true,
  })
  metadata?: ItemMetadata;

  @Field(rules.text(), {
    description: 'What is stored; may be empty; at most 5 MiB once decoded. Stored only as a blob.',
  })
  data: string;

  @Field(rules.oneOf(ENCODINGS), {
    description: 'How data is read; base64 is canonical and padded. By default utf8.',
    optional: true,
  })
  encoding?: Encoding;
}

/** An item. A list has neither `metadata` nor `data` (with its `encoding`) unless it was asked for them. */
export class ItemAnswer {
  @LowerCaseField(rules.uuid(), { description: 'The item.' })
  id: string;

  @Field(TYPE, { description: 'What kind of thing it is.' })
  type: string;

  @Field(LABELS, { description: 'In the order in which they were given.' })
  labels: string[];

  @Field(rules.object(), { description: 'As it was given, if it was.', optional: true })
  metadata?: ItemMetadata;

  @Field(rules.text(), { description: 'As it was given.', optional: true })
  data?: string;

  @Field(rules.oneOf(ENCODINGS), { description: 'How data is written.', optional: true })
  encoding?: Encoding;

  @LowerCaseField(rules.uuid(), {
    description: 'The version that data lies under; absent for an item that lost its data.',
    optional: true,
  })
  encryptionVersionId?: string;

  @Field(rules.time(), { description: 'When it was made.' })
  createdAt: string;

  @Field(rules.time(), { description: 'When it was last replaced.' })
  updatedAt: string;
}

/** `GET /tenants/{id}/vault`. */
export class ItemsQuery extends PageQuery {
  @Field(TYPE, { description: 'Only items of this type.', optional: true })
  type?: string;

  @Field(LABEL, { description: 'Only items with this label.', optional: true })
  label?: string;

  @Field(
    rules.textOf(
      /^(data|metadata|data,metadata|metadata,data)$/,
      'must be data, metadata, or both with a comma between',
    ),
    {
      description:
        'metadata,data: what is to be opened as well. Large pages end before their limit.',
      optional: true,
    },
  )
  include?: string;
}
