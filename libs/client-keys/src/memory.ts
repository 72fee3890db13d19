import type { Account } from './derivation.js';
import { lowered } from './derivation.js';
import { ClientKeysError } from './client-keys-error.js';
import { COSTS, type DerivationCost } from './parameters.js';

/** Remembers what a password of an account cost to guess. Without it, a core could lower the cost for one login. */
export interface ParameterMemory {
  /** Absent for an account that this client does not know. An implementation that cannot read rejects, and never answers "absent". */
  readCost(account: Account): Promise<DerivationCost | undefined>;
  writeCost(account: Account, cost: DerivationCost): Promise<void>;
}

/** Whose public key was confirmed, and by whom: the core's ids. */
export interface Trust {
  readonly origin: string;
  /** Who confirmed it: two people may share a browser. */
  readonly trustedBy: string;
  readonly userId: string;
}

/** Remembers the fingerprints that a person has confirmed. Without it, a core could give out a key of its own for a member's. */
export interface TrustedKeys {
  /** Absent for a member whom nobody confirmed. An implementation that cannot read rejects, and never answers "absent". */
  readFingerprint(trust: Trust): Promise<string | undefined>;
  writeFingerprint(trust: Trust, fingerprint: string): Promise<void>;
}

/** A place for short texts that outlives the page: `localStorage`, or something of its form. */
export interface TextStore {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
}

const FINGERPRINT = /^[0-9a-f]{4}(?: [0-9a-f]{4}){15}$/;

function keyOf(...parts: readonly string[]): string {
  // No two lists of parts make the same key, whatever characters are in them.
  return `keyward:${JSON.stringify(parts)}`;
}

function parseCost(text: string): DerivationCost {
  try {
    const cost = JSON.parse(text) as Record<string, unknown> | null;
    if (COSTS.every((name) => Number.isSafeInteger(cost?.[name])))
      return cost as unknown as DerivationCost;
  } catch (cause) {
    throw new ClientKeysError('memory_unreadable', { cause });
  }
  throw new ClientKeysError('memory_unreadable');
}

/** Both memories in one {@link TextStore}. None of it is secret; it has to stay whole. */
export class StoredMemory implements ParameterMemory, TrustedKeys {
  readonly #store: TextStore;

  constructor(store: TextStore) {
    this.#store = store;
  }

  async readCost({ origin, username }: Account): Promise<DerivationCost | undefined> {
    const text = await this.#store.getItem(keyOf('cost', origin, lowered(username)));
    return text === null ? undefined : parseCost(text);
  }

  async writeCost({ origin, username }: Account, cost: DerivationCost): Promise<void> {
    const { iterations, memoryKiB, parallelism } = cost;
    const text = JSON.stringify({ iterations, memoryKiB, parallelism });
    await this.#store.setItem(keyOf('cost', origin, lowered(username)), text);
  }

  async readFingerprint(trust: Trust): Promise<string | undefined> {
    const text = await this.#store.getItem(this.#trustKey(trust));
    if (text === null) return undefined;
    if (!FINGERPRINT.test(text)) throw new ClientKeysError('memory_unreadable');
    return text;
  }

  async writeFingerprint(trust: Trust, fingerprint: string): Promise<void> {
    await this.#store.setItem(this.#trustKey(trust), fingerprint);
  }

  #trustKey({ origin, trustedBy, userId }: Trust): string {
    return keyOf('key', origin, trustedBy.toLowerCase(), userId.toLowerCase());
  }
}
