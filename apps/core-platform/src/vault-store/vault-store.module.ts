import { Module } from '@nestjs/common';
import { VaultListRepository } from './vault-list.repository.js';
import { TypeormVaultListRepository } from './vault-list.repository.typeorm.js';
import { VaultRepository } from './vault.repository.js';
import { TypeormVaultRepository } from './vault.repository.typeorm.js';

@Module({
  providers: [
    { provide: VaultRepository, useClass: TypeormVaultRepository },
    { provide: VaultListRepository, useClass: TypeormVaultListRepository },
  ],
  exports: [VaultRepository, VaultListRepository],
})
export class VaultStoreModule {}
