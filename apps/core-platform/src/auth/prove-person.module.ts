import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { LoginTriesModule } from '../login-tries/login-tries.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { UsersModule } from '../users/users.module.js';
import { ProvePerson } from './prove-person.js';

@Module({
  imports: [AuditModule, LoginTriesModule, SecondFactorModule, UsersModule],
  providers: [ProvePerson],
  exports: [ProvePerson],
})
export class ProvePersonModule {}
