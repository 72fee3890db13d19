import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryDeepPartialEntity, SelectQueryBuilder } from 'typeorm';
import { AppError } from '@app/errors';
import { Database, type Scope } from '@app/persistence';
import type { Act, Subject } from './act.js';
import { AuditEventEntity } from './audit-event.entity.js';
import {
  type AuditFilter,
  type AuditRecord,
  AuditRepository,
  type AuditView,
} from './audit.repository.js';

/**
 * Records an act in the transaction of the change that it is about: there is no change without its record, nor the other way round.
 *
 * @throws AppError `audit_unavailable`: what cannot be recorded is not done.
 */
export async function recordAct(manager: EntityManager, act: Act): Promise<void> {
  try {
    await manager.insert(AuditEventEntity, toRow(act));
  } catch (cause) {
    throw new AppError('audit_unavailable', { cause, retryAfterSeconds: 1 });
  }
}

function toRow(act: Act): QueryDeepPartialEntity<AuditEventEntity> {
  return {
    at: act.at,
    tenantId: act.tenantId ?? null,
    userId: act.userId ?? null,
    action: act.action,
    outcome: act.outcome,
    subjectKind: act.subject?.kind ?? null,
    subjectId: act.subject?.id ?? null,
    items: act.items,
    requestId: act.requestId,
    accessReason: act.accessReason ?? null,
    details: act.details === undefined ? null : { ...act.details },
  };
}

const SET_SCOPE = "select set_config('app.tenant', $1, true), set_config('app.user', $2, true)";

@Injectable()
export class TypeormAuditRepository extends AuditRepository {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override async record(act: Act): Promise<void> {
    await this.#database.transaction(scopeOf(act), (manager) => recordAct(manager, act));
  }

  override async recordAll(acts: readonly Act[]): Promise<void> {
    await this.#database.transaction({}, async (manager) => {
      for (const act of acts) {
        const { tenantId = '', userId = '' } = scopeOf(act);
        await manager.query(SET_SCOPE, [tenantId, userId]);
        await recordAct(manager, act);
      }
    });
  }

  override async list(
    view: AuditView,
    filter: AuditFilter,
    page: { readonly limit: number; readonly before: string | undefined },
  ): Promise<AuditRecord[]> {
    const rows = await this.#database.transaction({ userId: view.readerId }, async (manager) => {
      const audited = view.tenantIds.join(',');
      await manager.query("select set_config('app.audited', $1, true)", [audited]);
      const query = manager.createQueryBuilder(AuditEventEntity, 'event');
      within(query, view);
      narrow(query, filter);
      if (page.before !== undefined) query.andWhere('event.id < :before', { before: page.before });
      return query.orderBy('event.id', 'DESC').limit(page.limit).getMany();
    });
    return rows.map(toRecord);
  }
}

/** A record of a tenant is taken for that tenant alone, one outside any for its person. */
function scopeOf({ tenantId, userId }: Act): Scope {
  if (tenantId !== undefined) return { tenantId };
  return userId === undefined ? {} : { userId };
}

type Query = SelectQueryBuilder<AuditEventEntity>;

function within(query: Query, { tenantIds, withOwn, readerId }: AuditView): void {
  const own = withOwn ? ' or (event.tenant_id is null and event.user_id = :readerId)' : '';
  query.where(`(event.tenant_id = any(:tenantIds)${own})`, { tenantIds, readerId });
}

function narrow(query: Query, { from, to, userId, action }: AuditFilter): void {
  if (from !== undefined) query.andWhere('event.at >= :from', { from });
  if (to !== undefined) query.andWhere('event.at < :to', { to });
  if (userId !== undefined) query.andWhere('event.user_id = :userId', { userId });
  if (action !== undefined) query.andWhere('event.action = :action', { action });
}

function toRecord(row: AuditEventEntity): AuditRecord {
  const kind = row.subjectKind as Subject['kind'] | null;
  return {
    id: row.id,
    at: row.at,
    action: row.action,
    outcome: row.outcome,
    items: row.items,
    requestId: row.requestId,
    ...(row.tenantId === null ? {} : { tenantId: row.tenantId }),
    ...(row.userId === null ? {} : { userId: row.userId }),
    ...(row.accessReason === null ? {} : { accessReason: row.accessReason }),
    ...(row.details === null ? {} : { details: row.details }),
    ...(kind === null || row.subjectId === null ? {} : { subject: { kind, id: row.subjectId } }),
  };
}
