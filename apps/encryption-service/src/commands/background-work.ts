import type { INestApplicationContext } from '@nestjs/common';
import { SharedLimits } from '@app/limits';
import type { Connection } from '@app/persistence';
import { type createLogger, errorFields } from '@app/server';
import type { EncryptionServiceConfig } from '../config.js';
import { Upkeep } from '../keysets/life/upkeep.js';
import { MessageCounter } from '../keysets/counting/message-counter.js';
import { listenForChanges } from '../remembered/listen.js';
import { Remembered } from '../remembered/remembered.js';

type Logger = ReturnType<typeof createLogger>;

const FLUSH_MILLIS = 5_000;

/** Writes down now and then what is counted in memory. */
function flushCounts(counter: MessageCounter, logger: Logger): () => Promise<void> {
  const timer = setInterval(() => {
    counter.flush().catch((error: unknown) => {
      logger.warn(
        errorFields(error),
        'message counts could not be written; they will be tried again',
      );
    });
  }, FLUSH_MILLIS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await counter.settleAll();
  };
}

/**
 * Starts what runs beside the requests.
 *
 * @returns what stops it, once no request runs any more and before the database is closed.
 */
export function startBackgroundWork(
  nest: INestApplicationContext,
  connection: Connection,
  config: Pick<EncryptionServiceConfig, 'upkeep'>,
  logger: Logger,
): () => Promise<void> {
  const listener = listenForChanges(nest.get(Remembered), connection, (error) => {
    logger.warn(errorFields(error), 'changes are not heard of; they will be listened for again');
  });
  const settle = flushCounts(nest.get(MessageCounter), logger);
  const limits = nest.get(SharedLimits);
  limits.start();
  // It stops with the module.
  nest.get(Upkeep).start(config.upkeep.everySeconds * 1000);
  return async () => {
    await settle();
    await limits.stop();
    await listener.close();
  };
}
