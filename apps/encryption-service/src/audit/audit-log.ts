import type { EntityManager } from 'typeorm';
import type { ChangedRow } from './audit-record.entity.js';
import type { AuditQuery, AuditRecordAnswer, Page } from '@app/contract';

/** Who did what, for one record. Never content. */
export interface AuditEntry {
  readonly tenantId: string;
  readonly clientId: string;
  readonly operation: string;
  readonly encryptionId?: string | undefined;
  readonly versionId?: string | undefined;
  /** What was acted on besides: a client or a tenant. */
  readonly subject?: string | undefined;
  /** The rows that the act changed, with their newest revisions. */
  readonly revisions?: readonly ChangedRow[] | undefined;
  /** `success`, or the code of the refusal. */
  readonly outcome: string;
  readonly items: number;
  /** Of a batch: items that failed. */
  readonly failed?: number;
  readonly requestId: string;
  readonly accessReason: string | undefined;
}

/** The revisions of all rows that decided about a key use. */
export interface Standing {
  readonly tenantRevision: bigint;
  readonly clientRevision: bigint;
  readonly encryptionRevision: bigint;
  /** Of every version that was decided on, by its id. */
  readonly versionRevisions: ReadonlyMap<string, bigint>;
}

/** A key use, and the state under which it was started. */
export interface KeyUseEntry extends AuditEntry {
  readonly encryptionId: string;
  /** Bytes of plaintext that were sealed or opened, in all items. */
  readonly bytes: number;
  /** Where there are several versions: the items that were done under each. */
  readonly itemsByVersion?: ReadonlyMap<string, number>;
  readonly standing: Standing;
}

/** The port to the audit log. What it has answered is durable: nothing is released before. */
export abstract class AuditLog {
  /**
   * Records a key use, if all that decided about it still stands.
   *
   * @returns false where something has changed since: nothing is recorded then, and the result must not be released.
   * @throws AppError `audit_unavailable` within a bounded wait.
   */
  abstract recordUse(entry: KeyUseEntry): Promise<boolean>;

  /**
   * Records an act in the transaction of its change: both are there, or neither.
   *
   * @throws what the transaction throws.
   */
  abstract append(manager: EntityManager, entry: AuditEntry): Promise<void>;

  /**
   * Records a refusal, for which there is no transaction.
   *
   * @throws AppError `audit_unavailable` within a bounded wait.
   */
  abstract recordRefusal(entry: AuditEntry): Promise<void>;

  /**
   * The records of one tenant, newest first.
   *
   * @param encryptionIds - only records of these, for a client that reaches no others.
   * @throws AppError `invalid_request`, `database_unavailable`.
   */
  abstract read(
    tenantId: string,
    query: AuditQuery,
    encryptionIds?: readonly string[],
  ): Promise<Page<AuditRecordAnswer>>;
}
