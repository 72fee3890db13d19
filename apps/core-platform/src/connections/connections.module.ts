import { Module } from '@nestjs/common';
import { ConnectionRepository } from './connection.repository.js';
import { TypeormConnectionRepository } from './connection.repository.typeorm.js';
import { CredentialSeal } from './credential-seal.js';
import { DEFAULT_FIRST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS, ResumeSetUps } from './resume-set-ups.js';
import { SetUpConnection } from './set-up-connection.js';

@Module({
  providers: [
    CredentialSeal,
    SetUpConnection,
    ResumeSetUps,
    { provide: FIRST_PAUSE_MILLIS, useValue: DEFAULT_FIRST_PAUSE_MILLIS },
    { provide: ConnectionRepository, useClass: TypeormConnectionRepository },
  ],
  exports: [ConnectionRepository, CredentialSeal, ResumeSetUps, SetUpConnection],
})
export class ConnectionsModule {}
