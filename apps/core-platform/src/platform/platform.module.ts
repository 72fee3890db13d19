import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { Clock, Identifiers } from '@app/ambient';
import {
  AccessTokens,
  deriveCoreKeys,
  DerivationSalts,
  PasswordHasher,
  RecoveryCodeHasher,
  RefreshTokenHasher,
  SecretSealer,
  TriesKeys,
} from '@app/credentials';
import { Database } from '@app/persistence';
import type { SecretBytes } from '@app/secret';
import { DERIVATION_COST, type DerivationCost } from '../auth/key-derivation.js';
import { LocalService } from '../connections/local-service.js';
import type { LimitSettings } from '../limits/limit-options.js';
import { ISSUER } from './issuer.js';
import { LOGGER, type Logger } from './logger.js';

/** What is opened before the modules are made. Whoever opened it closes it. */
export interface Parts {
  readonly database: Database;
  readonly service: LocalService;
  readonly passwords: PasswordHasher;
  /** The core's own secret. Borrowed: keys are derived from it at once. */
  readonly secret: SecretBytes;
  readonly issuer: string;
  /** Of Argon2id at the clients of new accounts. */
  readonly derivation: DerivationCost;
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
    { provide: RecoveryCodeHasher, useValue: new RecoveryCodeHasher(keys.recoveryCode) },
    { provide: TriesKeys, useValue: new TriesKeys(keys.loginTries) },
    { provide: DerivationSalts, useValue: new DerivationSalts(keys.derivationSalt) },
    { provide: DERIVATION_COST, useValue: parts.derivation },
    { provide: ISSUER, useValue: issuer },
    { provide: SecretSealer, useValue: new SecretSealer(keys.sealing) },
    { provide: Clock, useValue: clock },
    { provide: Identifiers, useValue: parts.identifiers },
    { provide: LOGGER, useValue: parts.logger },
  ];
}
