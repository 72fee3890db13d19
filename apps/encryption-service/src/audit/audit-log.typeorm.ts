import {
  In,
  LessThan,
  type EntityManager,
  type FindOptionsWhere,
  MoreThanOrEqual,
  And,
} from 'typeorm';
import { AppError, invalidField } from '@app/errors';
import {
  type AuditQuery,
  type AuditRecordAnswer,
  type Page,
  pageLimit,
  parseCursor,
  toPage,
} from '@app/contract';
import type { Clock } from '@app/ambient';
import type { Database } from '@app/persistence';
import { type AuditEntry, AuditLog, type KeyUseEntry } from './audit-log.js';
import { AuditRecordEntity } from './audit-record.entity.js';
import { GroupCommit } from './group-commit.js';

function unavailable(cause: unknown): AppError {
  return new AppError('audit_unavailable', { cause, retryAfterSeconds: 1 });
}

function toAnswer(record: AuditRecordEntity): AuditRecordAnswer {
  const { encryptionId, versionId, subject, accessReason } = record;
  return {
    id: record.id,
    at: record.at.toISOString(),
    clientId: record.clientId,
    operation: record.operation,
    ...(encryptionId === undefined ? {} : { encryptionId }),
    ...(versionId === undefined ? {} : { encryptionVersionId: versionId }),
    ...(subject === undefined ? {} : { subject }),
    outcome: record.outcome,
    items: record.items,
    ...(record.failed === 0 ? {} : { failed: record.failed }),
    ...(record.versions === undefined ? {} : { versions: record.versions }),
    requestId: record.requestId,
    ...(accessReason === undefined ? {} : { accessReason }),
  };
}

function timeRange(query: AuditQuery): FindOptionsWhere<AuditRecordEntity> {
  const from = query.from === undefined ? undefined : MoreThanOrEqual(new Date(query.from));
  const to = query.to === undefined ? undefined : LessThan(new Date(query.to));
  if (from !== undefined && to !== undefined) return { at: And(from, to) };
  const only = from ?? to;
  return only === undefined ? {} : { at: only };
}

function conditions(
  tenantId: string,
  query: AuditQuery,
  encryptionIds: readonly string[] | undefined,
): FindOptionsWhere<AuditRecordEntity> {
  const after = parseCursor(query, 1)?.[0];
  if (after !== undefined && !/^\d{1,18}$/.test(after))
    throw invalidField('cursor', 'must be a nextCursor of this list');
  const { operation, encryptionId, outcome } = query;
  const wanted = encryptionId === undefined ? encryptionIds : [encryptionId];
  const reached = wanted?.filter((id) => encryptionIds === undefined || encryptionIds.includes(id));
  return {
    tenantId,
    ...(after === undefined ? {} : { id: LessThan(after) }),
    ...(operation === undefined ? {} : { operation }),
    ...(reached === undefined ? {} : { encryptionId: In(reached) }),
    ...(outcome === undefined ? {} : { outcome }),
    ...timeRange(query),
  };
}

/** The audit log as a table that the application can only add to, one transaction for each act, and one for many key uses. */
export class TypeormAuditLog extends AuditLog {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #uses: GroupCommit;

  constructor(database: Database, clock: Clock) {
    super();
    this.#database = database;
    this.#clock = clock;
    this.#uses = new GroupCommit(database);
  }

  async recordUse(entry: KeyUseEntry): Promise<boolean> {
    const { standing } = entry;
    const values = [
      entry.tenantId,
      standing.tenantRevision,
      entry.clientId,
      standing.clientRevision,
      entry.encryptionId,
      standing.encryptionRevision,
      Object.fromEntries(
        [...standing.versionRevisions].map(([id, revision]) => [id, String(revision)]),
      ),
      this.#clock.now(),
      entry.operation,
      entry.outcome,
      entry.items,
      entry.requestId,
      entry.accessReason ?? null,
      entry.failed ?? 0,
      entry.itemsByVersion === undefined ? null : Object.fromEntries(entry.itemsByVersion),
      entry.bytes,
    ];
    try {
      return await this.#uses.record(values);
    } catch (error) {
      throw unavailable(error);
    }
  }

  async append(manager: EntityManager, entry: AuditEntry): Promise<void> {
    const { tenantId, clientId, operation, outcome, items, requestId } = entry;
    // The transaction has its number before the record draws an id: usage is found by that.
    await manager.query('select pg_current_xact_id()');
    await manager.insert(AuditRecordEntity, {
      tenantId,
      clientId,
      operation,
      outcome,
      items,
      failed: entry.failed ?? 0,
      requestId,
      at: this.#clock.now(),
      encryptionId: entry.encryptionId,
      versionId: entry.versionId,
      subject: entry.subject,
      revisions: entry.revisions === undefined ? undefined : [...entry.revisions],
      accessReason: entry.accessReason,
    });
  }

  async recordRefusal(entry: AuditEntry): Promise<void> {
    try {
      await this.#database.transaction({ tenantId: entry.tenantId }, (manager) =>
        this.append(manager, entry),
      );
    } catch (error) {
      throw unavailable(error);
    }
  }

  async read(
    tenantId: string,
    query: AuditQuery,
    encryptionIds?: readonly string[],
  ): Promise<Page<AuditRecordAnswer>> {
    const limit = pageLimit(query);
    const where = conditions(tenantId, query, encryptionIds);
    const rows = await this.#database.transaction({ tenantId }, (manager) =>
      manager.find(AuditRecordEntity, { where, order: { id: 'DESC' }, take: limit + 1 }),
    );
    return toPage(rows, limit, (row) => [row.id], toAnswer);
  }
}
