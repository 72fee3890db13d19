import { type DynamicModule, Module } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { BlockLimiter, SharedLimits } from '@app/limits';
import { Database } from '@app/persistence';
import { errorFields } from '@app/server';
import { LOGGER, type Logger } from '../platform/logger.js';
import type { LimitSettings } from './limit-options.js';
import { LimitRequest } from './limit-request.js';
import { LIMIT_RULES, limitRules } from './limit-rules.js';

const KEYS = 50_000;

function limitsOf(database: Database, clock: Clock, logger: Logger): SharedLimits {
  const onFailure = (error: unknown): void => {
    logger.warn(errorFields(error), 'limits are kept by each replica alone meanwhile');
  };
  return new SharedLimits({ database, clock, keys: KEYS, onFailure });
}

@Module({})
export class LimitsModule {
  static of(settings: LimitSettings): DynamicModule {
    return {
      module: LimitsModule,
      global: true,
      providers: [
        LimitRequest,
        { provide: LIMIT_RULES, useValue: limitRules(settings) },
        { provide: SharedLimits, inject: [Database, Clock, LOGGER], useFactory: limitsOf },
        {
          provide: BlockLimiter,
          inject: [SharedLimits],
          useFactory: ({ requests }: SharedLimits) => requests,
        },
      ],
      exports: [BlockLimiter, LimitRequest],
    };
  }
}
