import type { Act } from './act.js';

/** A record as it was written, perhaps by a version of the core that knew other words. */
export interface AuditRecord extends Omit<Act, 'action' | 'outcome'> {
  readonly action: string;
  readonly outcome: string;
  /** Newer records have greater ones. */
  readonly id: string;
}

/** Whose records are read: those of the tenants, and the reader's own outside any tenant. */
export interface AuditView {
  readonly readerId: string;
  readonly tenantIds: readonly string[];
  readonly withOwn: boolean;
}

export interface AuditFilter {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly userId?: string | undefined;
  readonly action?: string | undefined;
}

/** The records of what was done. They are only ever added to. */
export abstract class AuditRepository {
  /** Records an act that changes nothing in the database, in a transaction of its own. */
  abstract record(act: Act): Promise<void>;

  /** As {@link record}, all or none. */
  abstract recordAll(acts: readonly Act[]): Promise<void>;

  /**
   * Newest first.
   *
   * @param before - only records older than this one.
   */
  abstract list(
    view: AuditView,
    filter: AuditFilter,
    page: { readonly limit: number; readonly before: string | undefined },
  ): Promise<AuditRecord[]>;
}
