import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import type { PersonCaller } from '../access/caller.js';
import { type Act, personAct } from './act.js';
import {
  type AuditFilter,
  type AuditRecord,
  AuditRepository,
  type AuditView,
} from './audit.repository.js';
import { csvLine } from './csv.js';

const PAGE = 1_000;

const COLUMNS = [
  'id',
  'at',
  'tenantId',
  'userId',
  'action',
  'outcome',
  'subjectKind',
  'subjectId',
  'items',
  'requestId',
  'accessReason',
  'details',
];

/** Writes records as CSV, however many there are, page by page. */
@Injectable()
export class ExportAudit {
  readonly #audit: AuditRepository;
  readonly #clock: Clock;

  constructor(audit: AuditRepository, clock: Clock) {
    this.#audit = audit;
    this.#clock = clock;
  }

  /**
   * @returns the file, newest records first. A failure after the first byte destroys the stream, so that a cut file does not look whole.
   */
  async export(view: AuditView, filter: AuditFilter, caller: PersonCaller): Promise<Readable> {
    await this.#audit.recordAll(this.#actsOf(view, caller));
    return Readable.from(this.#lines(view, filter), { objectMode: false });
  }

  /** One for each tenant whose records the file holds, and one of the person's own where it holds those. */
  #actsOf({ tenantIds, withOwn }: AuditView, caller: PersonCaller): Act[] {
    const act = personAct(caller, 'audit.export', this.#clock.now());
    const inTenants = tenantIds.map((tenantId) => ({ ...act, tenantId }));
    return withOwn ? [act, ...inTenants] : inTenants;
  }

  async *#lines(view: AuditView, filter: AuditFilter): AsyncGenerator<string> {
    yield csvLine(COLUMNS);
    let before: string | undefined;
    for (;;) {
      const records = await this.#audit.list(view, filter, { limit: PAGE, before });
      if (records.length > 0) yield records.map(lineOf).join('');
      before = records.at(-1)?.id;
      if (records.length < PAGE) return;
    }
  }
}

function lineOf(record: AuditRecord): string {
  const { id, at, tenantId, userId, action, outcome, subject, items } = record;
  const { requestId, accessReason, details } = record;
  const words = details === undefined ? undefined : JSON.stringify(details);
  const what = [subject?.kind, subject?.id, items];
  const who = [id, at.toISOString(), tenantId, userId, action, outcome];
  return csvLine([...who, ...what, requestId, accessReason, words]);
}
