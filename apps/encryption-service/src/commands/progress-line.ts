import type { Clock } from '@app/ambient';

/** Where progress is shown. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const LINE_EVERY_MILLIS = 5_000;
/** Back to the start of the line, and what stood there is cleared (ECMA-48, EL). */
const REWRITE = '\r\u001b[K';

/** Says how far something is: one line that is rewritten at a terminal, and a line now and then where there is none. */
export class ProgressLine {
  readonly #startMillis: number;
  #lastMillis: number;

  /** @param unit - what is counted, in the plural. */
  constructor(
    private readonly terminal: Terminal,
    private readonly clock: Clock,
    private readonly unit: string,
  ) {
    this.#startMillis = clock.nowMillis();
    this.#lastMillis = this.#startMillis;
  }

  show(done: number, failed: number, total: number): void {
    const now = this.clock.nowMillis();
    const isLast = done + failed >= total;
    if (this.terminal.isTTY === true) {
      this.terminal.write(`${REWRITE}${this.#text(done, failed, total)}${isLast ? '\n' : ''}`);
    } else if (isLast || now - this.#lastMillis >= LINE_EVERY_MILLIS) {
      this.#lastMillis = now;
      this.terminal.write(`${this.#text(done, failed, total)}\n`);
    }
  }

  #text(done: number, failed: number, total: number): string {
    const seconds = Math.max(this.clock.nowMillis() - this.#startMillis, 1) / 1000;
    const rate = ((done + failed) / seconds).toFixed(1);
    const failures = failed === 0 ? '' : `, ${String(failed)} failed`;
    return `${String(done)} of ${String(total)} ${this.unit}${failures} (${rate}/s)`;
  }
}
