import { ConfigError } from '@app/config';
import { KeyFileError } from '@app/kek';
import { AuthorityKeyMissingError } from '../certs/ensure-certificates.js';
import { FolderInUseError } from '../files/folder-lock.js';
import { EmbeddedPostgresError } from '../postgres/embedded-postgres-error.js';
import { printError, printLine } from '../terminal/print.js';
import { LauncherError } from './launcher-error.js';

type ErrorClass = new (...parameters: never[]) => Error;

/** Errors whose message is for the person at the terminal; of any other the whole is printed. */
const PLAIN_ERRORS: readonly ErrorClass[] = [
  AuthorityKeyMissingError,
  ConfigError,
  EmbeddedPostgresError,
  FolderInUseError,
  KeyFileError,
  LauncherError,
];

export interface ToolWords {
  /** Said on the first signal that asks the process to end. */
  readonly stopping: string;
  /** What a signal makes the main function fail with. */
  readonly interrupted: Error;
  /** Further errors whose message is for the person at the terminal. */
  readonly plainErrors?: readonly ErrorClass[];
}

/** Aborts on the first signal that asks the process to end; later ones change nothing, since it is ending. */
function untilAskedToStop({ stopping, interrupted }: ToolWords): AbortSignal {
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (asked.signal.aborted) return;
      printLine(stopping);
      asked.abort(interrupted);
    });
  }
  return asked.signal;
}

/**
 * Runs the main function of a tool that starts a system and stops it. What fails makes the exit code 1.
 *
 * @param main - ends soon when the signal aborts, after it has stopped what it started.
 */
export async function runTool(
  words: ToolWords,
  main: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const signal = untilAskedToStop(words);
  try {
    await main(signal);
  } catch (error) {
    process.exitCode = 1;
    // What fails while the tool is being broken off, fails because of that.
    const reason: unknown = signal.aborted ? signal.reason : error;
    const plain = [...PLAIN_ERRORS, ...(words.plainErrors ?? [])];
    if (!plain.some((type) => reason instanceof type)) throw reason;
    printError((reason as Error).message);
  }
}
