import { Module } from '@nestjs/common';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { UsersModule } from '../users/users.module.js';
import { EndSession } from './end-session.js';
import { RefreshSession } from './refresh-session.js';
import { SessionTokens } from './session-tokens.js';
import { SessionRepository } from './session.repository.js';
import { TypeormSessionRepository } from './session.repository.typeorm.js';
import { StartSession } from './start-session.js';

@Module({
  imports: [SigningKeysModule, UsersModule],
  providers: [
    SessionTokens,
    StartSession,
    RefreshSession,
    EndSession,
    { provide: SessionRepository, useClass: TypeormSessionRepository },
  ],
  exports: [StartSession, RefreshSession, EndSession],
})
export class SessionsModule {}
