import { Injectable } from '@nestjs/common';
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { AppError, isErrorCode } from '@app/errors';
import { Database } from '@app/persistence';
import { type Act, type ActName, ACTS, type Subject } from './act.js';
import { AuditEventEntity } from './audit-event.entity.js';
import {
  type AuditFilter,
  type AuditRecord,
  AuditRepository,
  type AuditView,
} from './audit.repository.js';

/** Records an act in the transaction of the change that it is about: there is no change without its record, nor the other way round. */
export async function recordAct(manager: EntityManager, act: Act): Promise<void> {
  await manager.insert(AuditEventEntity, {
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
  });
}

@Injectable()
export class TypeormAuditRepository extends AuditRepository {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override async record(act: Act): Promise<void> {
    const { tenantId, userId } = act;
    const scope =
      tenantId === undefined ? { ...(userId === undefined ? {} : { userId }) } : { tenantId };
    await this.#database.transaction(scope, (manager) => recordAct(manager, act));
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

function isActName(text: string): text is ActName {
  return ACTS.some((name) => name === text);
}

function outcomeOf({ outcome }: AuditEventEntity): Act['outcome'] {
  if (outcome !== 'success' && !isErrorCode(outcome)) throw new AppError('internal');
  return outcome;
}

function toRecord(row: AuditEventEntity): AuditRecord {
  if (!isActName(row.action)) throw new AppError('internal');
  const kind = row.subjectKind as Subject['kind'] | null;
  return {
    id: row.id,
    at: row.at,
    action: row.action,
    outcome: outcomeOf(row),
    items: row.items,
    requestId: row.requestId,
    ...(row.tenantId === null ? {} : { tenantId: row.tenantId }),
    ...(row.userId === null ? {} : { userId: row.userId }),
    ...(row.accessReason === null ? {} : { accessReason: row.accessReason }),
    ...(row.details === null ? {} : { details: row.details }),
    ...(kind === null || row.subjectId === null ? {} : { subject: { kind, id: row.subjectId } }),
  };
}
