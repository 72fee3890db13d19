import { Controller, Query, StreamableFile } from '@nestjs/common';
import { type Page, pageLimit, parseCursor, toPage } from '@app/contract';
import { invalidField } from '@app/errors';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { personOf } from '../access/caller.js';
import {
  AuditExportQuery,
  AuditQuery,
  AuditRecordAnswer,
  toAuditRecordAnswer,
  toFilter,
} from './audit.dto.js';
import { ExportAudit } from './export-audit.js';
import { ReadAudit } from './read-audit.js';

const CSV = 'text/csv; charset=utf-8';
/** A bigint of the database. */
const RECORD_ID = /^[1-9]\d{0,17}$/;

@Controller()
export class AuditController {
  readonly #readAudit: ReadAudit;
  readonly #exportAudit: ExportAudit;

  constructor(readAudit: ReadAudit, exportAudit: ExportAudit) {
    this.#readAudit = readAudit;
    this.#exportAudit = exportAudit;
  }

  @Endpoint({
    method: 'GET',
    path: '/api/v1/audit',
    access: 'audit:read',
    summary:
      'What was done, newest first: in the tenants that the caller oversees, and by the caller',
    query: AuditQuery,
    answer: AuditRecordAnswer,
    paged: true,
    errors: ['not_found'],
  })
  async list(
    @Query() query: AuditQuery,
    @CurrentCall() call: Call,
  ): Promise<Page<AuditRecordAnswer>> {
    const limit = pageLimit(query);
    const page = { limit: limit + 1, before: parseBefore(query) };
    const view = await this.#readAudit.viewOf(personOf(call), query.tenantId);
    const records = await this.#readAudit.list(view, toFilter(query), page);
    return toPage(records, limit, ({ id }) => [id], toAuditRecordAnswer);
  }

  @Endpoint({
    method: 'GET',
    path: '/api/v1/audit/export',
    access: 'audit:read',
    summary: 'The same records as a file that is safe to open in a spreadsheet',
    query: AuditExportQuery,
    document: { mediaType: 'text/csv', schema: { type: 'string' } },
    errors: ['not_found'],
  })
  async export(
    @Query() query: AuditExportQuery,
    @CurrentCall() call: Call,
  ): Promise<StreamableFile> {
    const caller = personOf(call);
    const view = await this.#readAudit.viewOf(caller, query.tenantId);
    const file = await this.#exportAudit.export(view, toFilter(query), caller);
    return new StreamableFile(file, { type: CSV, disposition: 'attachment; filename="audit.csv"' });
  }
}

function parseBefore(query: AuditQuery): string | undefined {
  const [id] = parseCursor(query, 1) ?? [];
  if (id !== undefined && !RECORD_ID.test(id))
    throw invalidField('cursor', 'must be a nextCursor of this list');
  return id;
}
