import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longer than one cheap item takes, and short beside what one request takes. */
const TURN_MILLIS = 4;

/** Lets others have the process now and then during work that is long and never waits. */
export class Turns {
  #since = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#since >= TURN_MILLIS;
  }

  /** Goes on once everything that waits has been looked at. */
  async end(): Promise<void> {
    await nextTurn();
    this.#since = performance.now();
  }
}
