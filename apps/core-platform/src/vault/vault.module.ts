import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { EncryptionModule } from '../encryption/encryption.module.js';
import { VaultStoreModule } from '../vault-store/vault-store.module.js';
import { CreateItem } from './create-item.js';
import { DeleteItem } from './delete-item.js';
import { ItemSealer } from './item-sealer.js';
import { ReadItems } from './read-items.js';
import { ReplaceItem } from './replace-item.js';
import { VaultController } from './vault.controller.js';

@Module({
  imports: [AuditModule, EncryptionModule, VaultStoreModule],
  controllers: [VaultController],
  providers: [ItemSealer, CreateItem, ReadItems, ReplaceItem, DeleteItem],
  exports: [ItemSealer],
})
export class VaultModule {}
