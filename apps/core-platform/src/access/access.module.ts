import { Module } from '@nestjs/common';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { AuthorizeRequest } from './authorize-request.js';
import { PrincipalRepository } from './principal.repository.js';
import { TypeormPrincipalRepository } from './principal.repository.typeorm.js';

@Module({
  imports: [SigningKeysModule],
  providers: [
    AuthorizeRequest,
    { provide: PrincipalRepository, useClass: TypeormPrincipalRepository },
  ],
  exports: [AuthorizeRequest],
})
export class AccessModule {}
