import { blockOf, capacityOf, isSameRule, type LimitRule } from './rules.js';
import type { Grant, TokenStore } from './token-store.js';

/** A store that is empty is asked again after what makes half a block at the rule's rate, but not much later than that somebody waits. */
const MOST_PAUSE_MILLIS = 250;
/** A day's store may be given something back, or be given a larger budget. */
const DAY_PAUSE_MILLIS = 60_000;

/** What one replica has leased of one bucket, and who waits for more. The store is asked by one at a time. */
export class Lease {
  #rule: LimitRule;
  #left = 0;
  /** Until when `#left` is good. */
  #goodUntilMillis = Infinity;
  /** The store is not asked before. */
  #askAgainMillis = 0;
  /** When the store said that it would have one more. */
  #nextMillis = 0;
  /** Tokens that calls wait for. */
  #wanted = 0;
  #asking: Promise<void> | undefined;

  constructor(
    private readonly key: string,
    rule: LimitRule,
    private readonly store: TokenStore,
    private readonly nowMillis: () => number,
  ) {
    this.#rule = rule;
  }

  /**
   * Takes tokens, all or none.
   *
   * @returns 0 where they were taken; else milliseconds until they might be.
   * @throws what the store throws.
   */
  async take(tokens: number): Promise<number> {
    if (this.#draw(tokens)) {
      if (this.#left < blockOf(this.#rule) / 2) this.#askBeside();
      return 0;
    }
    this.#wanted += tokens;
    try {
      while (!this.#draw(tokens)) {
        if (this.#isEmpty()) return await this.#refuse(tokens);
        await this.#ask();
      }
      return 0;
    } finally {
      this.#wanted -= tokens;
    }
  }

  /** Milliseconds until these tokens might be given, where it is known that there are none now; else 0. Nothing is taken or asked. */
  waitOf(tokens: number): number {
    return this.#left < tokens && this.#isEmpty() ? this.#waitFor(tokens) : 0;
  }

  /** Puts tokens back that were taken here and not used. */
  putBack(tokens: number): void {
    this.#left = Math.min(capacityOf(this.#rule), this.#left + tokens);
  }

  /** Goes on under a rule that may have changed. */
  follow(rule: LimitRule): void {
    if (isSameRule(this.#rule, rule)) return;
    this.#rule = rule;
    this.#left = Math.min(this.#left, blockOf(rule));
    this.#askAgainMillis = 0;
  }

  /** Gives back to the store what is left. @throws what the store throws. */
  async giveBack(): Promise<void> {
    await this.#asking?.catch(() => undefined);
    const tokens = this.#left;
    this.#left = 0;
    if (tokens > 0 && this.nowMillis() < this.#goodUntilMillis)
      await this.store.giveBack(this.key, this.#rule, tokens);
  }

  #draw(tokens: number): boolean {
    if (this.#left < tokens) return false;
    if (this.nowMillis() >= this.#goodUntilMillis) {
      this.#left = 0;
      return false;
    }
    this.#left -= tokens;
    return true;
  }

  #isEmpty(): boolean {
    const wait = this.#askAgainMillis - this.nowMillis();
    // Longer than ever said: the clock was set back.
    return wait > 0 && wait <= DAY_PAUSE_MILLIS;
  }

  /** What a large demand was given and could not use goes back: other replicas need it, and it gathers there. */
  async #refuse(tokens: number): Promise<number> {
    const wait = this.#waitFor(tokens);
    const excess = this.#left - blockOf(this.#rule);
    if (excess > 0) {
      this.#left -= excess;
      // What cannot be given back is lost, as with a replica that dies.
      await this.store.giveBack(this.key, this.#rule, excess).catch(() => undefined);
      // A smaller demand may be met.
      this.#askAgainMillis = 0;
    }
    return wait;
  }

  #waitFor(tokens: number): number {
    const rule = this.#rule;
    const next = Math.max(1, this.#nextMillis - this.nowMillis());
    if (rule.kind === 'day') return next;
    const missing = Math.max(0, tokens - this.#left - 1);
    return Math.max(
      next + (missing / rule.perSecond) * 1000,
      this.#askAgainMillis - this.nowMillis(),
    );
  }

  #askBeside(): void {
    if (this.#asking !== undefined || this.#isEmpty()) return;
    // Whoever needs more than is left will ask, and hear of it.
    this.#ask().catch(() => undefined);
  }

  async #ask(): Promise<void> {
    this.#asking ??= this.#askStore().finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }

  async #askStore(): Promise<void> {
    const wanted = Math.max(blockOf(this.#rule), this.#wanted - this.#left);
    this.#keep(wanted, await this.store.take(this.key, this.#rule, wanted));
  }

  #keep(wanted: number, { granted, retryAfterMillis, goodForMillis }: Grant): void {
    const now = this.nowMillis();
    this.#left = now < this.#goodUntilMillis ? this.#left + granted : granted;
    this.#goodUntilMillis = now + goodForMillis;
    if (granted === wanted) return;
    this.#nextMillis = now + retryAfterMillis;
    this.#askAgainMillis = now + this.#pauseAfter(retryAfterMillis);
  }

  #pauseAfter(retryAfterMillis: number): number {
    const rule = this.#rule;
    if (rule.kind === 'day') return Math.min(retryAfterMillis, DAY_PAUSE_MILLIS);
    const halfBlock = (blockOf(rule) / 2 / rule.perSecond) * 1000;
    return Math.min(
      DAY_PAUSE_MILLIS,
      Math.max(retryAfterMillis, Math.min(halfBlock, MOST_PAUSE_MILLIS)),
    );
  }
}
