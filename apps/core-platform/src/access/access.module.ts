import { Module } from '@nestjs/common';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { AuthorizeRequest } from './authorize-request.js';
import { PrincipalRepository } from './principal.repository.js';
import { TypeormPrincipalRepository } from './principal.repository.typeorm.js';
import { Standing } from './standing.js';
import { TypeormStanding } from './standing.typeorm.js';

@Module({
  imports: [SigningKeysModule],
  providers: [
    AuthorizeRequest,
    { provide: PrincipalRepository, useClass: TypeormPrincipalRepository },
    { provide: Standing, useClass: TypeormStanding },
  ],
  exports: [AuthorizeRequest, Standing],
})
export class AccessModule {}
