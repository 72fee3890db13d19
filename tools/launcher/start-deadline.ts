import { LauncherError } from './launcher-error.js';

const READY_WITHIN_MILLISECONDS = 60_000;

/** Ends a start that takes too long, that somebody breaks off, or of which one part has failed. */
export class StartDeadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  /** @param interrupted - aborts the start from outside; its reason is what the start then fails with. */
  constructor(interrupted?: AbortSignal) {
    this.#timer = setTimeout(() => {
      const seconds = (READY_WITHIN_MILLISECONDS / 1000).toString();
      const message = `The system was not ready within ${seconds} s; the logs of its data folder say why.`;
      this.#controller.abort(new LauncherError('too_slow', message));
    }, READY_WITHIN_MILLISECONDS);
    const interrupt = (): void => {
      this.#controller.abort(interrupted?.reason);
    };
    if (interrupted?.aborted) interrupt();
    interrupted?.addEventListener('abort', interrupt, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Waits for all of `work`, also when a part of it fails: whoever cleans up afterwards must not meet anything that is still
   * starting. The first failure tells the other parts to end, and is thrown.
   */
  async together<T extends readonly unknown[]>(work: {
    readonly [K in keyof T]: Promise<T[K]>;
  }): Promise<T> {
    const parts = work.map(async (part) => {
      try {
        return await part;
      } catch (error) {
        this.#controller.abort(error);
        throw error;
      }
    });
    const settled = await Promise.allSettled(parts);
    this.signal.throwIfAborted();
    return settled.map((part) => (part as PromiseFulfilledResult<unknown>).value) as unknown as T;
  }

  /** The start is over, one way or the other. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
