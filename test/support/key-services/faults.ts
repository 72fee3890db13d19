/** What a fake does in place of its work: answers an error, holds the answer back, answers something else, or hangs up. */
export type Fault =
  | { readonly kind: 'error'; readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly kind: 'slow'; readonly millis: number }
  | { readonly kind: 'nonsense' }
  | { readonly kind: 'hang-up' };

/** The faults that a fake is told to have, one for each of the next calls. */
export class Faults {
  readonly #next: Fault[] = [];
  #met = 0;

  /** How many calls have met a fault. */
  get met(): number {
    return this.#met;
  }

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
