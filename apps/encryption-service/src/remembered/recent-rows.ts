import type { Clock } from '@app/ambient';

/** How much is remembered, and for how long. */
export interface RecentRowsLimits {
  readonly entries: number;
  readonly maxAgeMillis: number;
}

interface Entry<T> {
  readonly value: T;
  readonly tenantId: string;
  readonly readMillis: number;
  /** How often the tenant's rows had been forgotten when this was kept. */
  readonly generation: number;
}

/**
 * Rows that were read and checked a moment ago, of all tenants: bounded, expiring, and forgotten when they are told to have changed.
 * They save reads and decide nothing alone: what is done on them is released only if its record finds the same revisions, and nobody
 * is refused before they have been read anew.
 */
export class RecentRows<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #generations = new Map<string, number>();

  constructor(
    private readonly limits: RecentRowsLimits,
    private readonly clock: Clock,
  ) {}

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const age = this.clock.nowMillis() - entry.readMillis;
    const isKnown = entry.generation === this.#generationOf(entry.tenantId);
    // A clock that was set back must not make an old row young.
    if (isKnown && age >= 0 && age < this.limits.maxAgeMillis) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  keep(tenantId: string, key: string, value: T): void {
    const readMillis = this.clock.nowMillis();
    this.#entries.delete(key);
    this.#entries.set(key, {
      value,
      tenantId,
      readMillis,
      generation: this.#generationOf(tenantId),
    });
    if (this.#entries.size <= this.limits.entries) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** Forgets the rows of a tenant, one of which has changed. */
  forgetTenant(tenantId: string): void {
    this.#generations.set(tenantId, this.#generationOf(tenantId) + 1);
  }

  /** Forgets everything: changes may have been missed. */
  clear(): void {
    this.#entries.clear();
    this.#generations.clear();
  }

  #generationOf(tenantId: string): number {
    return this.#generations.get(tenantId) ?? 0;
  }
}
