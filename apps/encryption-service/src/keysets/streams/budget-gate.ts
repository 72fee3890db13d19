import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@app/errors';
import { STREAM_ITEM_BYTES } from '../../limits/decrypt-budget.js';

/** A stream waits so often, a second at most each time, before it is broken off. */
const MOST_WAITS = 10;
const LONGEST_WAIT_SECONDS = 1;

/**
 * Lets plaintext pass as the decrypt budget allows: an item for each MiB that is begun, the first of which is paid before the stream
 * begins. Where the second's budget is used up the stream waits for the next one; where the day's is, it is destroyed.
 */
export class BudgetGate extends Transform {
  readonly #pay: () => Promise<void>;
  readonly #ending = new AbortController();
  /** Bytes that are paid for and have not passed. */
  #paid = STREAM_ITEM_BYTES;

  /** @param pay - pays for an item more. It throws the AppError of the refusal. */
  constructor(pay: () => Promise<void>) {
    super();
    this.#pay = pay;
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (bytes.length <= this.#paid) {
      this.#paid -= bytes.length;
      done(null, bytes);
      return;
    }
    this.#payFor(bytes.length).then(
      () => {
        done(null, bytes);
      },
      (error: unknown) => {
        done(error as Error);
      },
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#ending.abort();
    done(error);
  }

  async #payFor(length: number): Promise<void> {
    while (this.#paid < length) {
      await this.#payPatiently();
      this.#paid += STREAM_ITEM_BYTES;
    }
    this.#paid -= length;
  }

  async #payPatiently(): Promise<void> {
    for (let waits = 0; ; waits += 1) {
      try {
        await this.#pay();
        return;
      } catch (error) {
        if (waits === MOST_WAITS || !isShort(error)) throw error;
        await sleep(LONGEST_WAIT_SECONDS * 1000, undefined, { signal: this.#ending.signal });
      }
    }
  }
}

function isShort(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code !== 'quota_exceeded') return false;
  return (error.retryAfterSeconds ?? Infinity) <= LONGEST_WAIT_SECONDS;
}
