import { Controller, Param, Query, StreamableFile } from '@nestjs/common';
import { MASTER_KEY } from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { memberOf } from '../access/caller.js';
import { KEY_ERRORS } from '../encryption/service-errors.js';
import { ExportTenant } from './export-tenant.js';
import { TenantExportQuery } from './tenant-export.dto.js';

const ZIP = 'application/zip';

@Controller()
export class TenantExportController {
  readonly #exportTenant: ExportTenant;

  constructor(exportTenant: ExportTenant) {
    this.#exportTenant = exportTenant;
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/tenants/:tenantId/export',
    access: 'tenant:export',
    summary: 'All that the tenant has, as a zip: its items, decrypted, its members, and a manifest',
    query: TenantExportQuery,
    document: { mediaType: ZIP, schema: { type: 'string', format: 'binary' } },
    errors: KEY_ERRORS,
    headers: [MASTER_KEY],
  })
  async export(
    @Param('tenantId') tenantId: string,
    @Query() { format = 'json' }: TenantExportQuery,
    @CurrentCall() call: Call,
  ): Promise<StreamableFile> {
    const caller = memberOf(call, tenantId);
    const file = await this.#exportTenant.export(format, caller);
    const disposition = `attachment; filename="tenant-${tenantId}.zip"`;
    return new StreamableFile(file, { type: ZIP, disposition });
  }
}
