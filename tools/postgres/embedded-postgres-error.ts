export type EmbeddedPostgresErrorCode =
  /** No server binaries for this platform are installed. */
  | 'no_binaries'
  /** `NODE_ENV=production`: a production database is named by its URL. */
  | 'refused_in_production'
  /** The demanded port belongs to another program. */
  | 'port_busy'
  /** A process that is alive uses the data folder. */
  | 'folder_in_use'
  /** The account that the server has to run under may not enter the folder. */
  | 'folder_closed'
  /** The server ended, or was not ready in time; the message says where its log lies. */
  | 'start_failed';

/** Why the embedded database does not run, in words for the person at the terminal. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
