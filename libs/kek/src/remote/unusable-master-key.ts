/** Which of several master keys cannot be used now. */
export class UnusableMasterKey extends Error {
  override readonly name = 'UnusableMasterKey';
  /** For the log, which has codes and no messages. */
  readonly code: string;

  /** @param masterKey - its configured name. */
  constructor(
    masterKey: string,
    override readonly cause: Error,
  ) {
    super(`the master key "${masterKey}" cannot be used now: ${cause.message}`);
    this.code = `master key ${masterKey}`;
  }
}
