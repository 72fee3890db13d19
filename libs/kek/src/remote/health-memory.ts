/** The outcome of the last check, good or bad, kept for a while; a check that is under way is shared. */
export class HealthMemory {
  #outcome: Promise<void> | undefined;
  #endedAt: number | undefined;

  constructor(
    private readonly keptMillis: number,
    private readonly probe: () => Promise<void>,
  ) {}

  /** What the probe says, or said `keptMillis` ago at most. */
  check(): Promise<void> {
    if (this.#outcome !== undefined && !this.#isOver()) return this.#outcome;
    this.#endedAt = undefined;
    this.#outcome = this.probe().finally(() => {
      this.#endedAt = performance.now();
    });
    return this.#outcome;
  }

  #isOver(): boolean {
    return this.#endedAt !== undefined && performance.now() - this.#endedAt >= this.keptMillis;
  }
}
