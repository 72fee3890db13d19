import { Transform, type TransformCallback } from 'node:stream';
import { catalogueEntry, toAppError } from '@app/errors';

/** How often it is looked whether a stream still may go on. */
const CHECK_MILLIS = 400;
/** Nothing passes on what was so longer ago. */
const FRESH_MILLIS = 900;

/**
 * Lets bytes pass while what decided about a stream still stands: it is looked at again all the time, and where it does not stand any
 * more the stream is destroyed, within a second, also while nothing flows. Where that cannot be looked at for a while, bytes wait.
 */
export class StandingGate extends Transform {
  readonly #check: () => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #freshUntil = performance.now() + FRESH_MILLIS;
  #isChecking = false;
  #letPass: (() => void) | undefined;

  /** @param check - throws the AppError of the refusal where the stream may not go on. */
  constructor(check: () => Promise<void>) {
    super();
    this.#check = check;
    this.#timer = setInterval(() => void this.#look(), CHECK_MILLIS).unref();
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const pass = (): void => {
      done(null, bytes);
    };
    if (performance.now() < this.#freshUntil) pass();
    else this.#letPass = pass;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearInterval(this.#timer);
    this.#letPass = undefined;
    done(error);
  }

  async #look(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    const began = performance.now();
    try {
      await this.#check();
      this.#freshUntil = began + FRESH_MILLIS;
      const pass = this.#letPass;
      this.#letPass = undefined;
      pass?.();
    } catch (thrown) {
      const error = toAppError(thrown);
      // A database that is away for a moment has refused nothing; what is not fresh waits.
      const isAway = catalogueEntry(error.code).retryable && error.status === 503;
      if (!isAway) this.destroy(error);
    } finally {
      this.#isChecking = false;
    }
  }
}
