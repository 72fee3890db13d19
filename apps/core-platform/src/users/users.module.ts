import { Module } from '@nestjs/common';
import { UserRepository } from './user.repository.js';
import { TypeormUserRepository } from './user.repository.typeorm.js';
import { UsersController } from './users.controller.js';

@Module({
  controllers: [UsersController],
  providers: [{ provide: UserRepository, useClass: TypeormUserRepository }],
  exports: [UserRepository],
})
export class UsersModule {}
