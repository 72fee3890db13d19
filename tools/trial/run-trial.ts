import { ConfigError } from '@app/config';
import { KeyFileError } from '@app/kek';
import { LauncherError } from '../launcher/launcher-error.js';
import { EmbeddedPostgresError } from '../postgres/embedded-postgres-error.js';
import { printError, printLine } from '../terminal/print.js';

/** Why a trial of the system ended early or did not turn out well, in words for the person at the terminal. */
export class TrialError extends Error {
  override readonly name = 'TrialError';

  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Errors whose message is for the person at the terminal; of any other the whole is printed. */
const PLAIN_ERRORS = [ConfigError, EmbeddedPostgresError, KeyFileError, LauncherError, TrialError];

/** Aborts on the first signal that asks the process to end; later ones change nothing, since it is ending. */
function untilAskedToStop(): AbortSignal {
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (asked.signal.aborted) return;
      printLine('Stopping, and removing what is temporary.');
      asked.abort(new TrialError('interrupted', 'Broken off.'));
    });
  }
  return asked.signal;
}

/**
 * Runs the main function of a tool that starts a system, works on it and stops it. What fails makes the exit code 1.
 *
 * @param main - ends soon when the signal aborts, after it has stopped what it started.
 */
export async function runTrial(main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const signal = untilAskedToStop();
  try {
    await main(signal);
  } catch (error) {
    process.exitCode = 1;
    // What fails while the trial is being broken off, fails because of that.
    const reason: unknown = signal.aborted ? signal.reason : error;
    if (!PLAIN_ERRORS.some((type) => reason instanceof type)) throw reason;
    printError((reason as Error).message);
  }
}
