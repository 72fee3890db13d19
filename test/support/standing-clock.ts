import { Clock } from '@app/ambient';

/** A clock that stands still until a test moves it. */
export class StandingClock extends Clock {
  #millis: number;

  constructor(at: string) {
    super();
    this.#millis = new Date(at).getTime();
  }

  now(): Date {
    return new Date(this.#millis);
  }

  step(millis: number): void {
    this.#millis += millis;
  }
}
