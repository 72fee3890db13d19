import { Field, rules } from '@app/contract';
import { EXPORT_FORMATS, type ExportFormat } from './file-texts.js';

/** `POST /tenants/{id}/export`. */
export class TenantExportQuery {
  @Field(rules.oneOf(EXPORT_FORMATS), {
    description:
      'json, by default, or csv, which is safe to open in a spreadsheet: what would be read as a formula begins with an apostrophe there.',
    optional: true,
  })
  format?: ExportFormat;
}
