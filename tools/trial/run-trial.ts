import { runTool } from '../launcher/run-tool.js';

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

/**
 * Runs the main function of a tool that starts a system, works on it and stops it. What fails makes the exit code 1.
 *
 * @param main - ends soon when the signal aborts, after it has stopped what it started.
 */
export async function runTrial(main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const words = {
    stopping: 'Stopping, and removing what is temporary.',
    interrupted: new TrialError('interrupted', 'Broken off.'),
    plainErrors: [TrialError],
  };
  await runTool(words, main);
}
