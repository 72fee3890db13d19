import { AppError, toAppError } from '@app/errors';
import { type Act, entryOf } from '../../audit/audited-acts.js';
import type { AuditLog } from '../../audit/audit-log.js';

/** The outcome on record of a stream that its peer did not send or read to the end. */
const ABORTED = 'aborted';

/**
 * What an error of a stream says of it. Whatever is no error of ours is a connection that broke, and `invalid_request` is a body that
 * did not arrive whole: everything else about the request was looked at before the stream began.
 */
function outcomeOf(error: Error): string {
  return error instanceof AppError && error.code !== 'invalid_request' ? error.code : ABORTED;
}

/** Streams that run, and the second record of each that fails after its first one. */
export class StreamEnds {
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly audit: AuditLog) {}

  /**
   * Notes a stream that has begun.
   *
   * @param ended - resolves when it has ended, with what it failed of.
   */
  watch(act: Act, ended: Promise<Error | undefined>): void {
    const running = this.#record(act, ended).finally(() => {
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Nest's hook, once no connection is open any more: the last records are written before the database is closed. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #record(act: Act, ended: Promise<Error | undefined>): Promise<void> {
    const error = await ended;
    if (error === undefined) return;
    const { call } = act;
    const outcome = outcomeOf(error);
    call.errorCode = outcome;
    if (error instanceof AppError) call.report(error);
    try {
      await this.audit.recordRefusal(entryOf(act, outcome, 0));
    } catch (thrown) {
      // The stream is cut already; that it is not on record is all that there is left to say.
      call.report(toAppError(thrown));
    }
  }
}
