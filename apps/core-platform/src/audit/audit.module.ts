import { Module } from '@nestjs/common';
import { MembersModule } from '../members/members.module.js';
import { AuditController } from './audit.controller.js';
import { AuditRepository } from './audit.repository.js';
import { TypeormAuditRepository } from './audit.repository.typeorm.js';
import { ExportAudit } from './export-audit.js';
import { ReadAudit } from './read-audit.js';

@Module({
  imports: [MembersModule],
  controllers: [AuditController],
  providers: [
    ReadAudit,
    ExportAudit,
    { provide: AuditRepository, useClass: TypeormAuditRepository },
  ],
  exports: [AuditRepository],
})
export class AuditModule {}
