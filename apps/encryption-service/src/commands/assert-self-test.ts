import { runSelfTest } from '@app/crypto';
import { toAppError } from '@app/errors';
import { type createLogger, errorFields } from '@app/server';

/**
 * Tries the cryptography before anything is opened or listens: what is sealed by one that calculates wrongly never opens again.
 *
 * @param run - the test itself.
 * @throws AppError `internal`; the alarm is in the log by then, and the process is to end.
 */
export async function assertSelfTest(
  logger: Pick<ReturnType<typeof createLogger>, 'error'>,
  run: () => Promise<void> = runSelfTest,
): Promise<void> {
  try {
    await run();
  } catch (thrown) {
    const error = toAppError(thrown);
    logger.error(errorFields(error), error.alarm ?? 'the self test could not be run');
    throw error;
  }
}
