import type { Logger } from 'pino';
import { errorFields } from './logging/error-fields.js';

/** Requests under way get this long to end. */
const GRACE_MILLIS = 20_000;

/**
 * Stops cleanly on SIGTERM and SIGINT, and with status 1 on an error that nobody caught. A second signal does not wait.
 *
 * @param close - ends what is under way and frees everything.
 */
export function stopOnSignals(logger: Logger, close: () => Promise<void>): void {
  let stopping = false;
  const stop = (status: number): void => {
    if (stopping) process.exit(status === 0 ? 1 : status);
    stopping = true;
    setTimeout(() => process.exit(1), GRACE_MILLIS).unref();
    close().then(
      () => process.exit(status),
      (error: unknown) => {
        logger.error(errorFields(error), 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => {
    logger.info('stopping');
    stop(0);
  });
  process.on('SIGINT', () => {
    stop(0);
  });
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal(errorFields(error), event);
      stop(1);
    });
  }
}
