import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { Clock, Identifiers } from '@app/ambient';
import {
  AccessTokens,
  deriveCoreKeys,
  PasswordHasher,
  RefreshTokenHasher,
  SecretSealer,
} from '@app/credentials';
import { Database } from '@app/persistence';
import type { SecretBytes } from '@app/secret';
import { LocalService } from '../connections/local-service.js';
import type { LimitSettings } from '../limits/limit-options.js';
import { LOGGER, type Logger } from './logger.js';

/** What is opened before the modules are made. Whoever opened it closes it. */
export interface Parts {
  readonly database: Database;
  readonly service: LocalService;
  readonly passwords: PasswordHasher;
  /** The core's own secret. Borrowed: keys are derived from it at once. */
  readonly secret: SecretBytes;
  readonly issuer: string;
  readonly limits: LimitSettings;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly logger: Logger;
}

/** What every feature builds on, under the class or port that it asks for. */
@Module({})
export class PlatformModule {
  static of(parts: Parts): DynamicModule {
    const providers = providersOf(parts);
    return {
      module: PlatformModule,
      global: true,
      providers,
      exports: providers,
    };
  }
}

function providersOf(parts: Parts): Provider[] {
  const { issuer, clock } = parts;
  const keys = deriveCoreKeys(parts.secret);
  const accessTokens = new AccessTokens({ issuer, audience: issuer, clock });
  return [
    { provide: Database, useValue: parts.database },
    { provide: LocalService, useValue: parts.service },
    { provide: PasswordHasher, useValue: parts.passwords },
    { provide: AccessTokens, useValue: accessTokens },
    { provide: RefreshTokenHasher, useValue: new RefreshTokenHasher(keys.refreshToken) },
    { provide: SecretSealer, useValue: new SecretSealer(keys.sealing) },
    { provide: Clock, useValue: clock },
    { provide: Identifiers, useValue: parts.identifiers },
    { provide: LOGGER, useValue: parts.logger },
  ];
}
