import { Module } from '@nestjs/common';
import { LimitTries } from './limit-tries.js';
import { LoginTriesRepository } from './login-tries.repository.js';
import { TypeormLoginTriesRepository } from './login-tries.repository.typeorm.js';

@Module({
  providers: [LimitTries, { provide: LoginTriesRepository, useClass: TypeormLoginTriesRepository }],
  exports: [LimitTries],
})
export class LoginTriesModule {}
