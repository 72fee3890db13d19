import { Module } from '@nestjs/common';
import { JwksController } from './jwks.controller.js';
import { SigningKeyRepository } from './signing-key.repository.js';
import { TypeormSigningKeyRepository } from './signing-key.repository.typeorm.js';
import { SigningKeys } from './signing-keys.js';

@Module({
  controllers: [JwksController],
  providers: [
    SigningKeys,
    { provide: SigningKeyRepository, useClass: TypeormSigningKeyRepository },
  ],
  exports: [SigningKeys],
})
export class SigningKeysModule {}
