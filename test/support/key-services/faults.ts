import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a fake does in place of its work: answers an error, holds the answer back, answers something else, or hangs up. */
export type Fault =
  | { readonly kind: 'error'; readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly kind: 'slow'; readonly millis: number }
  | { readonly kind: 'nonsense' }
  /** An answer that has no end. */
  | { readonly kind: 'endless' }
  /** To where the same would be asked once more. */
  | { readonly kind: 'redirect' }
  | { readonly kind: 'hang-up' };

/** The faults that a fake is told to have, one for each of the next calls. */
export class Faults {
  readonly #next: Fault[] = [];
  #met = 0;
  #sentBytes = 0;

  /** How many calls have met a fault. */
  get met(): number {
    return this.#met;
  }

  /** How much has been sent by answers without end. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  readonly onSent = (bytes: number): void => {
    this.#sentBytes += bytes;
  };

  /** The next `times` calls meet `fault`. */
  add(fault: Fault, times = 1): void {
    for (let time = 0; time < times; time += 1) this.#next.push(fault);
  }

  /** No more faults. */
  clear(): void {
    this.#next.length = 0;
  }

  /** The fault of the call that has just come in. */
  take(): Fault | undefined {
    const fault = this.#next.shift();
    if (fault !== undefined) this.#met += 1;
    return fault;
  }
}

const CHUNK = Buffer.alloc(65_536, ' ');
/** Enough for an end where nobody else makes one. */
const ENDLESS_CHUNKS = 4_096;

/**
 * Sends without end, as a successful answer.
 *
 * @param onSent - hears of each chunk, in bytes.
 */
function sendEndlessly(response: ServerResponse, onSent: (bytes: number) => void): void {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  let left = ENDLESS_CHUNKS;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      onSent(CHUNK.length);
      if (!response.write(CHUNK)) return;
    }
    response.end();
  };
  response.on('drain', more);
  more();
}

/** How one fake has its faults. */
export interface FaultyAnswer {
  readonly faults: Faults;
  /** To where a redirect leads. */
  readonly redirectTo: string;
  /** Answers an error as the service would. */
  readonly sendError: (status: number) => void;
}

/**
 * Has a fault in place of an answer, or before one.
 *
 * @returns whether the answer has been given.
 */
export async function meet(
  fault: Fault,
  response: ServerResponse,
  { faults, redirectTo, sendError }: FaultyAnswer,
): Promise<boolean> {
  switch (fault.kind) {
    case 'slow':
      await sleep(fault.millis);
      return response.destroyed;
    case 'hang-up':
      response.destroy();
      return true;
    case 'nonsense':
      response.setHeader('Content-Type', 'text/html').end('<html>a login page</html>');
      return true;
    case 'endless':
      sendEndlessly(response, faults.onSent);
      return true;
    case 'redirect':
      response.writeHead(307, { Location: redirectTo }).end();
      return true;
    case 'error':
      if (fault.retryAfterSeconds !== undefined)
        response.setHeader('Retry-After', fault.retryAfterSeconds);
      sendError(fault.status);
      return true;
  }
}
