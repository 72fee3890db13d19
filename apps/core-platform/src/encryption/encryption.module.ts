import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { EncryptionGateway } from './encryption-gateway.js';
import { KeysController } from './keys.controller.js';
import { RotateKeys } from './rotate-keys.js';
import { ServiceEncryptionGateway } from './service-encryption-gateway.js';

@Module({
  imports: [AccessModule, AuditModule, ConnectionsModule],
  controllers: [KeysController],
  providers: [RotateKeys, { provide: EncryptionGateway, useClass: ServiceEncryptionGateway }],
  exports: [EncryptionGateway],
})
export class EncryptionModule {}
