import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { CreateTenant } from './create-tenant.js';
import { RenameTenant } from './rename-tenant.js';
import { TenantRepository } from './tenant.repository.js';
import { TypeormTenantRepository } from './tenant.repository.typeorm.js';
import { TenantsController } from './tenants.controller.js';

@Module({
  imports: [ConnectionsModule],
  controllers: [TenantsController],
  providers: [
    CreateTenant,
    RenameTenant,
    { provide: TenantRepository, useClass: TypeormTenantRepository },
  ],
  exports: [TenantRepository],
})
export class TenantsModule {}
