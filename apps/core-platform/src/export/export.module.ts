import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { VaultStoreModule } from '../vault-store/vault-store.module.js';
import { BlobsController } from './blobs.controller.js';
import { ListBlobs } from './list-blobs.js';

@Module({
  imports: [AuditModule, VaultStoreModule],
  controllers: [BlobsController],
  providers: [ListBlobs],
})
export class ExportModule {}
