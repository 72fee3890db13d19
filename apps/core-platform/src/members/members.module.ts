import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { AddMember } from './add-member.js';
import { MemberRepository } from './member.repository.js';
import { TypeormMemberRepository } from './member.repository.typeorm.js';
import { MembersController } from './members.controller.js';
import { RemoveMember } from './remove-member.js';

@Module({
  imports: [UsersModule],
  controllers: [MembersController],
  providers: [
    AddMember,
    RemoveMember,
    { provide: MemberRepository, useClass: TypeormMemberRepository },
  ],
  exports: [MemberRepository],
})
export class MembersModule {}
