import { Module } from '@nestjs/common';
import { LoginTriesModule } from '../login-tries/login-tries.module.js';
import { CheckCode } from './check-code.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import { TypeormSecondFactorRepository } from './second-factor.repository.typeorm.js';
import { TotpSecrets } from './totp-secrets.js';

@Module({
  imports: [LoginTriesModule],
  providers: [
    CheckCode,
    TotpSecrets,
    { provide: SecondFactorRepository, useClass: TypeormSecondFactorRepository },
  ],
  exports: [CheckCode, TotpSecrets, SecondFactorRepository],
})
export class SecondFactorModule {}
