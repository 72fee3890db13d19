/** Why nothing can be recovered with what the command line names. The message is for the person at the terminal: it names the flag. */
export class RecoveryError extends Error {
  override readonly name = 'RecoveryError';

  constructor(flag: string, problem: string, cause?: unknown) {
    super(`${flag}: ${problem}`, cause === undefined ? undefined : { cause });
  }
}
