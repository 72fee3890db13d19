/** The only source of wall-clock time, so that tests can set it. */
export abstract class Clock {
  abstract now(): Date;

  /** Milliseconds since 1970. */
  nowMillis(): number {
    return this.now().getTime();
  }
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
