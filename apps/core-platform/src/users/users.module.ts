import { Module } from '@nestjs/common';
import { PasswordHints } from './password-hints.js';
import { UserRepository } from './user.repository.js';
import { TypeormUserRepository } from './user.repository.typeorm.js';
import { UsersController } from './users.controller.js';

@Module({
  controllers: [UsersController],
  providers: [PasswordHints, { provide: UserRepository, useClass: TypeormUserRepository }],
  exports: [PasswordHints, UserRepository],
})
export class UsersModule {}
