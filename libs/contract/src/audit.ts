import { Field, LowerCaseField } from './field.js';
import { PageQuery } from './page.js';
import { integer, object, text, textOf, time, uuid } from './rules.js';

const WORD = textOf(/^[a-z0-9_.:-]{1,64}$/, 'must be 1 to 64 of a-z, 0-9, _, ., : and -');

/** The query of `GET /v1/audit`. */
export class AuditQuery extends PageQuery {
  @Field(time(), { description: 'Only records at or after this time.', optional: true })
  from?: string;

  @Field(time(), { description: 'Only records before this time.', optional: true })
  to?: string;

  @Field(WORD, { description: 'Only records of this operation.', optional: true })
  operation?: string;

  @LowerCaseField(uuid(), { description: 'Only records of this encryption.', optional: true })
  encryptionId?: string;

  @Field(WORD, { description: 'success, or the code of the refusal.', optional: true })
  outcome?: string;
}

/** One key use or administrative act. Never content. */
export class AuditRecordAnswer {
  @Field(text(), { description: 'The record; newer ones are greater.' })
  id: string;

  @Field(time(), { description: 'When it was written.' })
  at: string;

  @LowerCaseField(uuid(), { description: 'The client, or the operator, that called.' })
  clientId: string;

  @Field(text(), { description: 'What it did.' })
  operation: string;

  @LowerCaseField(uuid(), { description: 'The encryption.', optional: true })
  encryptionId?: string;

  @LowerCaseField(uuid(), { description: 'The version.', optional: true })
  encryptionVersionId?: string;

  @Field(text(), {
    description:
      'What was acted on besides: a client or a tenant; of an import, who signed the file.',
    optional: true,
  })
  subject?: string;

  @Field(text(), { description: 'success, or the code of the refusal.' })
  outcome: string;

  @Field(integer(0), { description: 'How many items.' })
  items: number;

  @Field(integer(0), {
    description: 'Of a batch: how many items failed; absent, none did.',
    optional: true,
  })
  failed?: number;

  @Field(object(), {
    description: 'Of a batch under several versions: how many items were done under each.',
    optional: true,
  })
  versions?: Record<string, number>;

  @Field(text(), { description: 'The request.' })
  requestId: string;

  @Field(text(), { description: 'The X-Access-Reason that came with it.', optional: true })
  accessReason?: string;
}
