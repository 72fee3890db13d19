import { Field, LowerCaseField, NestedField, type PageQuery, rules } from '@app/contract';
import { ACTS, type ActName } from './act.js';
import type { AuditFilter, AuditRecord } from './audit.repository.js';

const FORMATS = ['csv'] as const;

/** What narrows records, in a list or a file. */
class AuditFilterQuery {
  @Field(rules.time(), { description: 'Only records at or after this time.', optional: true })
  dateFrom?: string;

  @Field(rules.time(), { description: 'Only records before this time.', optional: true })
  dateTo?: string;

  @LowerCaseField(rules.uuid(), { description: 'Only what this person did.', optional: true })
  userId?: string;

  @LowerCaseField(rules.uuid(), { description: 'Only records of this tenant.', optional: true })
  tenantId?: string;

  @Field(rules.oneOf(ACTS), { description: 'Only this action.', optional: true })
  action?: ActName;
}

/** `GET /audit`. */
export class AuditQuery extends AuditFilterQuery implements PageQuery {
  @Field(rules.textOf(/^([1-9]\d?|1\d\d|200)$/, 'must be a whole number from 1 to 200'), {
    description: 'How many records at most: 1 to 200, by default 50.',
    optional: true,
  })
  limit?: string;

  @Field(rules.textOf(/^[A-Za-z0-9_-]{1,400}$/, 'must be a nextCursor of this list'), {
    description: 'The nextCursor of the page before.',
    optional: true,
  })
  cursor?: string;
}

/** `GET /audit/export`. */
export class AuditExportQuery extends AuditFilterQuery {
  @Field(rules.oneOf(FORMATS), { description: 'The form of the file.' })
  format: (typeof FORMATS)[number];
}

export class AuditSubject {
  @Field(rules.text(), { description: 'What kind of thing it is.' })
  kind: string;

  @Field(rules.text(), { description: 'Its id.' })
  id: string;
}

export class AuditRecordAnswer {
  @Field(rules.text(), { description: 'The record; newer ones are greater.' })
  id: string;

  @Field(rules.time(), { description: 'When it was done.' })
  at: string;

  @LowerCaseField(rules.uuid(), { description: 'In which tenant, if in one.', optional: true })
  tenantId?: string;

  @LowerCaseField(rules.uuid(), {
    description: 'Who did it; absent where the core itself did.',
    optional: true,
  })
  userId?: string;

  @Field(rules.text(), { description: 'What was done.' })
  action: string;

  @Field(rules.text(), { description: 'success, or the code of the refusal.' })
  outcome: string;

  @NestedField(AuditSubject, { description: 'What it was done to.', optional: true })
  subject?: AuditSubject;

  @Field(rules.integer(0), { description: 'To how many things.' })
  items: number;

  @Field(rules.text(), { description: 'The request.' })
  requestId: string;

  @Field(rules.text(), { description: 'The X-Access-Reason that came with it.', optional: true })
  accessReason?: string;

  @Field(rules.object(), { description: 'Words that belong to the action.', optional: true })
  details?: Record<string, string>;
}

export function toAuditRecordAnswer(record: AuditRecord): AuditRecordAnswer {
  const { at, subject, details, ...rest } = record;
  return {
    ...rest,
    at: at.toISOString(),
    ...(subject === undefined ? {} : { subject: { ...subject } }),
    ...(details === undefined ? {} : { details: { ...details } }),
  };
}

export function toFilter(query: AuditFilterQuery): AuditFilter {
  const { dateFrom, dateTo, userId, action } = query;
  return {
    from: dateFrom === undefined ? undefined : new Date(dateFrom),
    to: dateTo === undefined ? undefined : new Date(dateTo),
    userId,
    action,
  };
}
