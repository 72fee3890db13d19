import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { DeleteTenant } from './delete-tenant.js';
import { FinishRemoval } from './finish-removal.js';
import { RemovalController } from './removal.controller.js';
import { RemovalRepository } from './removal.repository.js';
import { TypeormRemovalRepository } from './removal.repository.typeorm.js';
import { ResumeRemovals } from './resume-removals.js';

@Module({
  imports: [ConnectionsModule],
  controllers: [RemovalController],
  providers: [
    DeleteTenant,
    FinishRemoval,
    ResumeRemovals,
    { provide: RemovalRepository, useClass: TypeormRemovalRepository },
  ],
  exports: [ResumeRemovals],
})
export class TenantRemovalModule {}
