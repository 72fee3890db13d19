import { Field, LowerCaseField } from './field.js';
import { PageQuery } from './page.js';
import { dayOrTime, integer, text, textOf, uuid } from './rules.js';

/** The query of `GET /v1/usage`. */
export class UsageQuery extends PageQuery {
  @Field(dayOrTime(), {
    description: 'Only days, UTC, that end after this time; a day is the time at which it begins.',
    optional: true,
  })
  from?: string;

  @Field(dayOrTime(), {
    description: 'Only days, UTC, that begin before this time.',
    optional: true,
  })
  to?: string;
}

/** What was done with one encryption in one day. */
export class UsageAnswer {
  @Field(textOf(/^\d{4}-\d{2}-\d{2}$/, 'must be a day of the form 2026-01-31'), {
    description: 'The day, UTC.',
  })
  day: string;

  @Field(text(), { description: 'What was done, as the audit log names it.' })
  operation: string;

  @LowerCaseField(uuid(), { description: 'The encryption.' })
  encryptionId: string;

  @Field(integer(0), {
    description: 'How often it succeeded; each item of a batch counts for itself.',
  })
  operations: number;

  @Field(integer(0), {
    description: 'Bytes of plaintext that were sealed or opened; of a stream once it has ended.',
  })
  bytes: number;
}
