import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { ConnectionsModule } from './connections/connections.module.js';
import { EncryptionModule } from './encryption/encryption.module.js';
import { ExportModule } from './export/export.module.js';
import { LimitsModule } from './limits/limits.module.js';
import { MembersModule } from './members/members.module.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { type Parts, PlatformModule } from './platform/platform.module.js';
import { SigningKeysModule } from './signing-keys/signing-keys.module.js';
import { TenantExportModule } from './tenant-export/tenant-export.module.js';
import { TenantRemovalModule } from './tenant-removal/tenant-removal.module.js';
import { TenantsModule } from './tenants/tenants.module.js';
import { UsersModule } from './users/users.module.js';
import { VaultModule } from './vault/vault.module.js';

/** The whole core. */
@Module({})
export class AppModule {
  static of(parts: Parts): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.of(parts),
        AccessModule,
        AuditModule,
        AuthModule,
        ConnectionsModule,
        EncryptionModule,
        ExportModule,
        LimitsModule.of(parts.limits),
        MembersModule,
        OpenApiModule,
        SigningKeysModule,
        TenantExportModule,
        TenantRemovalModule,
        TenantsModule,
        UsersModule,
        VaultModule,
      ],
    };
  }
}
