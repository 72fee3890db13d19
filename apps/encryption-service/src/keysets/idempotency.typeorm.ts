import { type EntityManager, LessThan } from 'typeorm';
import { AppError } from '@app/errors';
import { IdempotencyRecordEntity } from './idempotency-record.entity.js';
import type { RepeatableCall } from './idempotency.js';

const KEPT_MILLIS = 24 * 60 * 60 * 1000;

/**
 * Runs `work` once for a key: a repeated call answers as the first did. It stands in the transaction of `work`, under the tenant's
 * exclusive lock, so that two calls at once make one change.
 *
 * @throws AppError `conflict` where the key came with another body before.
 */
export async function once<T extends object>(
  manager: EntityManager,
  call: RepeatableCall | undefined,
  now: Date,
  work: () => Promise<T>,
): Promise<T> {
  if (call === undefined) return work();
  const { tenantId, clientId, route, key, bodyHash } = call;
  const expired = LessThan(new Date(now.getTime() - KEPT_MILLIS));
  await manager.delete(IdempotencyRecordEntity, { tenantId, createdAt: expired });
  const known = await manager.findOneBy(IdempotencyRecordEntity, {
    tenantId,
    clientId,
    route,
    key,
  });
  if (known !== null) {
    if (!known.bodyHash.equals(bodyHash)) throw new AppError('conflict');
    return known.answer as T;
  }
  const answer = await work();
  await manager.insert(IdempotencyRecordEntity, {
    tenantId,
    clientId,
    route,
    key,
    bodyHash,
    answer,
    createdAt: now,
  });
  return answer;
}
