import { toAppError } from '@app/errors';
import type { Database } from '@app/persistence';

/** The members of what `record_use` takes, in its order. */
export type UseValues = readonly (string | number | bigint | Date | null | object)[];

interface Waiting {
  readonly values: UseValues;
  readonly resolve: (stands: boolean) => void;
  readonly reject: (error: unknown) => void;
}

type Result = 'stands' | 'changed' | 'busy';

const ONE = {
  name: 'record_use',
  text: 'select record_use($1) as stands',
};
const MANY = { name: 'record_uses', text: 'select record_uses($1) as results' };

/** Where records came together before, others are on their way: so long is worth waiting for them. */
const LINGER_MILLIS = 1;
const MOST_IN_GROUP = 128;
/** Records that wait for a change hold a connection each, one of a tenant: the pool must not be theirs. */
const MOST_ALONE = 2;

function plain(values: UseValues): unknown[] {
  return values.map((value) => (typeof value === 'bigint' ? value.toString() : value));
}

/**
 * Writes records of key uses, one group at a time: what arrives meanwhile shares the next transaction. A busy service pays for one
 * durable write where it would pay for many, and a quiet one waits for nobody.
 */
export class GroupCommit {
  readonly #database: Database;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #wasShared = false;
  /** Those that cannot be written together with others, by tenant. */
  readonly #alone = new Map<unknown, Waiting[]>();
  /** Tenants one of whose records is being written alone. */
  readonly #aloneInFlight = new Set<unknown>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Resolves once the record is durable.
   *
   * @returns false where what decided about the use has changed; nothing is recorded then.
   * @throws what the database gave for this record.
   */
  async record(values: UseValues): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ values, resolve, reject });
      if (!this.#isWriting) this.#begin();
    });
  }

  #begin(): void {
    this.#isWriting = true;
    if (this.#wasShared) setTimeout(() => void this.#writeNext(), LINGER_MILLIS);
    else void this.#writeNext();
  }

  async #writeNext(): Promise<void> {
    const group = this.#waiting.splice(0, MOST_IN_GROUP);
    this.#wasShared = group.length > 1;
    await this.#write(group);
    this.#isWriting = false;
    if (this.#waiting.length > 0) this.#begin();
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      const uses = JSON.stringify(group.map(({ values }) => plain(values)));
      const [row] = await this.#database.execute<{ results: Result[] }>(MANY, [uses]);
      const results = row?.results ?? [];
      group.forEach((waiting, index) => {
        const result = results[index];
        // A tenant that is being changed: its use waits for the change by itself, and no group waits for it.
        if (result === 'busy') this.#writeAlone(waiting);
        else waiting.resolve(result === 'stands');
      });
    } catch (thrown) {
      this.#afterFailure(group, thrown);
    }
  }

  /** One record that the database refuses must not take the others with it; a database that is gone has all of them. */
  #afterFailure(group: readonly Waiting[], thrown: unknown): void {
    for (const waiting of group) {
      if (isUnavailable(thrown) || group.length === 1) waiting.reject(thrown);
      else this.#writeAlone(waiting);
    }
  }

  #writeAlone(waiting: Waiting): void {
    const tenant = tenantOf(waiting);
    const queue = this.#alone.get(tenant);
    if (queue === undefined) this.#alone.set(tenant, [waiting]);
    else queue.push(waiting);
    this.#pumpAlone();
  }

  #pumpAlone(): void {
    for (const [tenant, queue] of this.#alone) {
      if (this.#aloneInFlight.size >= MOST_ALONE) return;
      const next = this.#aloneInFlight.has(tenant) ? undefined : queue.shift();
      if (next !== undefined) void this.#one(next, tenant);
    }
  }

  async #one({ values, resolve, reject }: Waiting, tenant: unknown): Promise<void> {
    this.#aloneInFlight.add(tenant);
    try {
      const [row] = await this.#database.execute<{ stands: boolean }>(ONE, [
        JSON.stringify(plain(values)),
      ]);
      resolve(row?.stands === true);
      this.#regroup(tenant);
    } catch (error) {
      reject(error);
      // Whoever queued behind it has waited for the same change, and would wait as long again.
      if (isUnavailable(error)) for (const other of this.#take(tenant)) other.reject(error);
    }
    this.#aloneInFlight.delete(tenant);
    if (this.#alone.get(tenant)?.length === 0) this.#alone.delete(tenant);
    this.#pumpAlone();
  }

  /** The change is over: those that waited for it come together again. */
  #regroup(tenant: unknown): void {
    const others = this.#take(tenant);
    if (others.length === 0) return;
    this.#waiting.push(...others);
    if (!this.#isWriting) this.#begin();
  }

  #take(tenant: unknown): Waiting[] {
    return this.#alone.get(tenant)?.splice(0) ?? [];
  }
}

function tenantOf({ values: [tenant] }: Waiting): unknown {
  return tenant;
}

function isUnavailable(error: unknown): boolean {
  return toAppError(error).code === 'database_unavailable';
}
