import type { Clock } from '@app/ambient';
import type { VersionKeys } from '@app/crypto';
import { isOutage } from '@app/kek';

/** How much is kept, and for how long. */
export interface KeyCacheLimits {
  /** Versions at most; the one that was not used for the longest time goes first. */
  readonly entries: number;
  /** From here on a key is opened anew beside its use, so that a master key that was taken away is noticed. */
  readonly refreshMillis: number;
  /** From here on a key is gone, also where the key service cannot be reached. */
  readonly maxAgeMillis: number;
}

/** Under what keys are cached, and of what encryption they are. */
export interface CachedUnder {
  readonly key: string;
  readonly encryptionId: string;
}

interface Entry {
  readonly encryptionId: string;
  readonly keys: Promise<VersionKeys>;
  readonly openedMillis: number;
  refreshing: boolean;
}

/**
 * Opened keys of versions under platform master keys, so that not each use pays for opening one, and a key service that is down for a
 * moment stops nobody. It decides nothing: rows are looked at for each use, whatever is in here. Keys that leave it are not disposed
 * of, since a use may still hold them; they are gone with the last one that does.
 */
export class KeyCache {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly limits: KeyCacheLimits,
    private readonly clock: Clock,
  ) {}

  /**
   * The keys of a version.
   *
   * @param open - opens them; asked once for many uses at once.
   * @throws what `open` throws, unless the keys are here and not too old.
   */
  async get(
    { key, encryptionId }: CachedUnder,
    open: () => Promise<VersionKeys>,
  ): Promise<VersionKeys> {
    const entry = this.#entries.get(key);
    const age = entry === undefined ? Infinity : this.clock.nowMillis() - entry.openedMillis;
    if (entry === undefined || age >= this.limits.maxAgeMillis || age < 0)
      return this.#put({ key, encryptionId }, open()).keys;
    // A map keeps the order of insertion: the last used goes to its end.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (age >= this.limits.refreshMillis && !entry.refreshing) this.#refresh(key, entry, open);
    return entry.keys;
  }

  /** Forgets a version that was changed. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** Forgets all versions of an encryption. */
  forgetEncryption(encryptionId: string): void {
    for (const [key, entry] of this.#entries) {
      if (entry.encryptionId === encryptionId) this.#entries.delete(key);
    }
  }

  /** Lets go of keys that are too old and that nobody asks for any more. */
  dropExpired(): void {
    const oldest = this.clock.nowMillis() - this.limits.maxAgeMillis;
    for (const [key, entry] of this.#entries) {
      if (entry.openedMillis <= oldest) this.#entries.delete(key);
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  #put({ key, encryptionId }: CachedUnder, keys: Promise<VersionKeys>): Entry {
    const entry = { encryptionId, keys, openedMillis: this.clock.nowMillis(), refreshing: false };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    keys.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    if (this.#entries.size > this.limits.entries) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    return entry;
  }

  #refresh(key: string, entry: Entry, open: () => Promise<VersionKeys>): void {
    entry.refreshing = true;
    open().then(
      (keys) => {
        if (this.#entries.get(key) === entry) {
          const { encryptionId } = entry;
          this.#put({ key, encryptionId }, Promise.resolve(keys));
        }
      },
      (thrown: unknown) => {
        entry.refreshing = false;
        // A key service that is away may come back; anything else says that the key is not to be used.
        if (!isOutage(thrown) && this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
  }
}
