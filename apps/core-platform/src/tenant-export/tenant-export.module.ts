import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { MembersModule } from '../members/members.module.js';
import { TenantsModule } from '../tenants/tenants.module.js';
import { VaultStoreModule } from '../vault-store/vault-store.module.js';
import { VaultModule } from '../vault/vault.module.js';
import { ExportTenant } from './export-tenant.js';
import { ItemPages } from './item-pages.js';
import { MemberPages } from './member-pages.js';
import { TenantExportController } from './tenant-export.controller.js';

@Module({
  imports: [AccessModule, AuditModule, MembersModule, TenantsModule, VaultModule, VaultStoreModule],
  controllers: [TenantExportController],
  providers: [ExportTenant, ItemPages, MemberPages],
})
export class TenantExportModule {}
