import { type DynamicModule, Module } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { BlockLimiter, LocalWhenAway, PostgresTokenStore } from '@app/limits';
import { Database } from '@app/persistence';
import { errorFields } from '@app/server';
import { LOGGER, type Logger } from '../platform/logger.js';
import { KeepLimits } from './keep-limits.js';
import type { LimitSettings } from './limit-options.js';
import { LimitRequest } from './limit-request.js';
import { LIMIT_RULES, limitRules } from './limit-rules.js';

/** Addresses, callers and tenants that a replica remembers at once. */
const KEYS = 50_000;

function limiterOf(store: PostgresTokenStore, clock: Clock, logger: Logger): BlockLimiter {
  const whileAway = new LocalWhenAway(store, clock, KEYS, (error) => {
    logger.warn(errorFields(error), 'limits hold for this replica alone meanwhile');
  });
  return new BlockLimiter(whileAway, clock, KEYS);
}

@Module({})
export class LimitsModule {
  static of(settings: LimitSettings): DynamicModule {
    return {
      module: LimitsModule,
      global: true,
      providers: [
        LimitRequest,
        KeepLimits,
        { provide: LIMIT_RULES, useValue: limitRules(settings) },
        {
          provide: PostgresTokenStore,
          inject: [Database],
          // By the clock of the database, which is the same for all replicas.
          useFactory: (database: Database) => new PostgresTokenStore(database),
        },
        {
          provide: BlockLimiter,
          inject: [PostgresTokenStore, Clock, LOGGER],
          useFactory: limiterOf,
        },
      ],
      exports: [BlockLimiter, LimitRequest],
    };
  }
}
