import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { ChangeMasterKeyMode } from './change-master-key-mode.js';
import { EncryptionController } from './encryption.controller.js';
import { EncryptionGateway } from './encryption-gateway.js';
import { KeysController } from './keys.controller.js';
import { RewrapKeys } from './rewrap-keys.js';
import { RotateKeys } from './rotate-keys.js';
import { ServiceEncryptionGateway } from './service-encryption-gateway.js';

@Module({
  imports: [AccessModule, AuditModule, ConnectionsModule],
  controllers: [KeysController, EncryptionController],
  providers: [
    RotateKeys,
    RewrapKeys,
    ChangeMasterKeyMode,
    { provide: EncryptionGateway, useClass: ServiceEncryptionGateway },
  ],
  exports: [EncryptionGateway],
})
export class EncryptionModule {}
