export type LauncherErrorCode =
  /** Another launcher uses the data folder. */
  | 'folder_in_use'
  /** A demanded port belongs to another program. */
  | 'port_busy'
  /** A key file or credential that the data need is gone. */
  | 'key_missing'
  /** A program ended, or was not ready, while the system started. */
  | 'start_failed'
  /** The encryption service answered something else than was expected. */
  | 'setup_failed'
  /** The system was not ready in time. */
  | 'too_slow'
  /** Somebody asked it to stop while it started. */
  | 'interrupted';

/** Why the local system does not run, in words for the person at the terminal. */
export class LauncherError extends Error {
  override readonly name = 'LauncherError';

  constructor(
    readonly code: LauncherErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
