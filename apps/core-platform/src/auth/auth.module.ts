import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuthController } from './auth.controller.js';
import { LogIn } from './log-in.js';
import { RegisterUser } from './register-user.js';

@Module({
  imports: [SessionsModule, UsersModule],
  controllers: [AuthController],
  providers: [RegisterUser, LogIn],
})
export class AuthModule {}
