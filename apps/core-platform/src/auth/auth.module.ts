import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuthController } from './auth.controller.js';
import { BeforeLoginController } from './before-login.controller.js';
import { ConfirmTotp } from './confirm-totp.js';
import { DisableTotp } from './disable-totp.js';
import { KeyDerivation } from './key-derivation.js';
import { LogIn } from './log-in.js';
import { ProvePersonModule } from './prove-person.module.js';
import { RegisterUser } from './register-user.js';
import { SetUpTotp } from './set-up-totp.js';
import { ShowHint } from './show-hint.js';
import { TotpController } from './totp.controller.js';

@Module({
  imports: [AuditModule, ProvePersonModule, SecondFactorModule, SessionsModule, UsersModule],
  controllers: [AuthController, BeforeLoginController, TotpController],
  providers: [ConfirmTotp, DisableTotp, KeyDerivation, LogIn, RegisterUser, SetUpTotp, ShowHint],
})
export class AuthModule {}
