import { AppError } from '@app/errors';

/**
 * Lets at most `running` tasks run at once and `waiting` more wait, first come first served. What comes on top is refused, so that a
 * flood costs neither memory nor an ever longer wait.
 */
export class ConcurrencyLimit {
  readonly #running: number;
  readonly #waiting: number;
  readonly #queue: (() => void)[] = [];
  #active = 0;

  constructor(limits: { readonly running: number; readonly waiting: number }) {
    this.#running = limits.running;
    this.#waiting = limits.waiting;
  }

  /** @throws AppError `rate_limited` when the queue is full, and whatever `task` throws. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await task();
    } finally {
      this.#leave();
    }
  }

  #enter(): Promise<void> {
    if (this.#active < this.#running) {
      this.#active += 1;
      return Promise.resolve();
    }
    if (this.#queue.length >= this.#waiting)
      return Promise.reject(new AppError('rate_limited', { retryAfterSeconds: 1 }));
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  // The place of a finished task is handed on, not freed: a newcomer cannot overtake those who wait.
  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#active -= 1;
    else next();
  }
}
