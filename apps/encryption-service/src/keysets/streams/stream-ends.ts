import { AppError, toAppError } from '@app/errors';
import { type Act, entryOf } from '../../audit/audited-acts.js';
import type { AuditLog } from '../../audit/audit-log.js';
import type { StreamUsage } from '../../usage/stream-usage.js';

/** The outcome on record of a stream that its peer did not send or read to the end. */
const ABORTED = 'aborted';

/**
 * What an error of a stream says of it. Whatever is no error of ours is a connection that broke, and `invalid_request` is a body that
 * did not arrive whole: everything else about the request was looked at before the stream began.
 */
function outcomeOf(error: Error): string {
  return error instanceof AppError && error.code !== 'invalid_request' ? error.code : ABORTED;
}

/** A stream that has begun. */
export interface RunningStream {
  readonly act: Act & { readonly encryptionId: string };
  readonly begun: Date;
  /** Bytes of plaintext that have passed by now. */
  readonly bytes: () => number;
}

/** Streams that run: how much passed in each, and the second record of one that fails after its first one. */
export class StreamEnds {
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly audit: AuditLog,
    private readonly usage: StreamUsage,
  ) {}

  /**
   * Notes a stream that has begun.
   *
   * @param ended - resolves when it has ended, with what it failed of.
   */
  watch(stream: RunningStream, ended: Promise<Error | undefined>): void {
    const running = this.#record(stream, ended).finally(() => {
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Nest's hook, once no connection is open any more: the last records are written before the database is closed. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #record(stream: RunningStream, ended: Promise<Error | undefined>): Promise<void> {
    const error = await ended;
    await this.#count(stream);
    if (error === undefined) return;
    const { act } = stream;
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

  async #count({ act, begun, bytes }: RunningStream): Promise<void> {
    const { tenantId, operation, encryptionId, call } = act;
    try {
      await this.usage.add({ tenantId, at: begun, operation, encryptionId, bytes: bytes() });
    } catch (thrown) {
      call.report(toAppError(thrown));
    }
  }
}
