import { setTimeout as sleep } from 'node:timers/promises';
import type { RenewalNeed } from '../versions/renewal-need.js';
import { type CountLimits, largestBlock } from './count-limits.js';
import type { Counted, CountOf, MessageCounts } from './message-counts.js';

interface Want {
  readonly messages: number;
  readonly bytes: number;
  readonly limits: CountLimits;
  readonly resolve: (isTaken: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Reserved with each message: where messages are larger, more is reserved when it is needed. */
const BYTES_A_MESSAGE = 64 * 1024;
/** How often, and for how long in all, messages are waited for that are under way elsewhere. What takes longer is lost, or never ends. */
const POLL_MILLIS = 20;
const MOST_POLLS = 100;

const NOTHING: Counted = { messages: 0, underWay: 0, bytes: 0, isUncertain: false };

/** What one replica has reserved of one version, and who waits for more of it. The database is asked for one block at a time. */
export class VersionBlock {
  lastUsedMillis = 0;
  settledMillis = 0;
  #left = 0;
  #leftBytes = 0;
  /** Messages that are under way no more, which the database does not know yet. */
  #ended = 0;
  #nextSize = 1;
  #counted = NOTHING;
  #limits: CountLimits | undefined;
  readonly #waiting: Want[] = [];
  #isAsked = false;
  /** False once a report has failed, until somebody has got through again: it must not be tried without end. */
  #mayReport = true;
  #running: Promise<void> | undefined;
  #awaiting: Promise<void> | undefined;

  constructor(
    private readonly of: CountOf,
    private readonly counts: MessageCounts,
  ) {}

  /** Whether nothing of it has to be kept. */
  get isIdle(): boolean {
    return this.#left === 0 && this.#ended === 0 && this.#running === undefined;
  }

  /**
   * Takes messages, all or none. Several at once are not parted: they are given where there is room for the first.
   *
   * @returns false where there is no room, or where the count may be too low and another version can take over.
   * @throws AppError `database_unavailable`.
   */
  async take(messages: number, bytes: number, limits: CountLimits): Promise<boolean> {
    const before = this.#limits?.messages.wanted ?? 0;
    this.#limits = limits;
    // A block that was reserved under a wider rule may be larger than what the limit may be passed by.
    if (limits.messages.wanted < before) await this.settle();
    if (this.#isRefused(limits)) return false;
    if (this.#waiting.length === 0 && this.#draw(messages, bytes)) return true;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ messages, bytes, limits, resolve, reject });
      void this.#run();
    });
  }

  /** Notes that messages are under way no more. Near the limit the database hears of it at once: others may wait for it. */
  end(messages: number): void {
    this.#ended += messages;
    if (this.#owesReport()) void this.#run();
  }

  /** Whether a new version is to be made, by what is known. */
  need(limits: CountLimits): RenewalNeed {
    const { bytes } = this.#counted;
    if (!limits.isRenewable) return 'none';
    if (bytes > limits.bytes.most) return 'required';
    const isOver = this.#sealed() >= limits.messages.wanted || bytes >= limits.bytes.wanted;
    return isOver ? 'wanted' : 'none';
  }

  /**
   * Waits for messages that are under way, here or at another replica, so that no version is left before its limit has been sealed. What
   * a crash has lost never ends, and is not waited for longer than a moment.
   */
  async waitForOthers(limits: CountLimits): Promise<void> {
    this.#awaiting ??= this.#poll(limits).finally(() => {
      this.#awaiting = undefined;
    });
    await this.#awaiting;
  }

  /** Gives back what is left, and writes down when the version was last used. @throws AppError `database_unavailable`. */
  async settle(): Promise<void> {
    const unused = { messages: this.#left, bytes: this.#leftBytes };
    const ended = this.#ended;
    const { lastUsedMillis } = this;
    // Taken out before the write: what is given back must not be used meanwhile.
    this.#left = 0;
    this.#leftBytes = 0;
    this.#ended = 0;
    this.#nextSize = Math.max(1, Math.floor(this.#nextSize / 2));
    const lastUsed = lastUsedMillis === 0 ? null : new Date(lastUsedMillis);
    try {
      await this.counts.settle(this.of, unused, ended, lastUsed);
    } catch (error) {
      this.#ended += unused.messages + ended;
      throw error;
    }
    this.settledMillis = lastUsedMillis;
  }

  /** Lets go of what is left, as used: the database may have forgotten that it gave it. */
  drop(): void {
    this.#ended += this.#left;
    this.#left = 0;
    this.#leftBytes = 0;
  }

  #isRefused({ isRenewable, bytes }: CountLimits): boolean {
    return isRenewable ? this.#counted.isUncertain : this.#counted.bytes > bytes.most;
  }

  #draw(messages: number, bytes: number): boolean {
    if (this.#left < messages || this.#leftBytes < bytes) return false;
    this.#left -= messages;
    this.#leftBytes -= bytes;
    return true;
  }

  /** Messages that have certainly been sealed, at all replicas. */
  #sealed(): number {
    return this.#counted.messages - this.#counted.underWay + this.#ended;
  }

  #owesReport(): boolean {
    const limits = this.#limits;
    if (this.#ended === 0 || !this.#mayReport || limits?.isRenewable !== true) return false;
    return largestBlock(limits, this.#counted.messages) === 1;
  }

  /** Never throws: who waits is told, and a report that fails goes with the next one. */
  async #run(): Promise<void> {
    this.#running ??= this.#rounds().finally(() => {
      this.#running = undefined;
      // Somebody may have come between the last look and here.
      if (this.#hasWork()) void this.#run();
    });
    await this.#running;
  }

  async #rounds(): Promise<void> {
    try {
      while (this.#hasWork()) await this.#round();
    } catch (error) {
      this.#isAsked = false;
      this.#mayReport = false;
      for (const want of this.#waiting.splice(0)) want.reject(error);
    }
  }

  #hasWork(): boolean {
    return this.#waiting.length > 0 || this.#isAsked || this.#owesReport();
  }

  async #round(): Promise<void> {
    this.#isAsked = false;
    this.#serve();
    const [first] = this.#waiting;
    if (first === undefined) return this.#reserve(0, 0, 0);
    const hasRoom = await this.#reserveFor(this.#waiting, first.limits);
    this.#serve();
    const [head] = this.#waiting;
    // Who came meanwhile was not asked for yet.
    if (hasRoom || head === undefined) return;
    // Beyond the hard limit of a cipher there is no room for anything.
    if (this.#left > 0 && head.limits.isRenewable)
      await this.#reserve(head.messages - this.#left, Number.MAX_SAFE_INTEGER, 0);
    else for (const want of this.#waiting.splice(0)) want.resolve(false);
  }

  #serve(): void {
    for (let [want] = this.#waiting; want !== undefined; [want] = this.#waiting) {
      if (this.#isRefused(want.limits)) want.resolve(false);
      else if (this.#draw(want.messages, want.bytes)) want.resolve(true);
      else return;
      this.#waiting.shift();
    }
  }

  /** @returns false where less was given than is waited for. */
  async #reserveFor(waiting: readonly Want[], limits: CountLimits): Promise<boolean> {
    const messages = waiting.reduce((sum, want) => sum + want.messages, -this.#left);
    const bytes = waiting.reduce((sum, want) => sum + want.bytes, -this.#leftBytes);
    const block = Math.min(this.#nextSize, largestBlock(limits, this.#counted.messages));
    this.#nextSize *= this.#nextSize < largestBlock(limits, 0) ? 2 : 1;
    const asked = messages > 0 ? Math.max(messages, block) : 0;
    const enough = this.#left + messages;
    await this.#reserve(asked, limits.messages.most, Math.max(bytes, asked * BYTES_A_MESSAGE));
    return this.#left >= enough;
  }

  async #reserve(messages: number, most: number, bytes: number): Promise<void> {
    const ended = this.#ended;
    this.#ended = 0;
    try {
      const reserved = await this.counts.reserve(this.of, { messages, most, bytes }, ended);
      this.#counted = reserved;
      this.#mayReport = true;
      this.#left += reserved.granted;
      this.#leftBytes += bytes;
    } catch (error) {
      this.#ended += ended;
      throw error;
    }
  }

  async #poll({ messages }: CountLimits): Promise<void> {
    for (let polls = 0; polls < MOST_POLLS; polls += 1) {
      if (this.#counted.isUncertain || this.#sealed() >= messages.wanted) return;
      await sleep(POLL_MILLIS);
      this.#isAsked = true;
      await this.#run();
    }
  }
}
