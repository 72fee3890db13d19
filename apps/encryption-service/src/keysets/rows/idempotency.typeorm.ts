import { type EntityManager, LessThan, MoreThan } from 'typeorm';
import { AppError } from '@app/errors';
import { IdempotencyRecordEntity } from './idempotency-record.entity.js';
import type { RepeatableCall } from './idempotency.js';

/** How long a repeated call is answered as the first one was. */
export const KEPT_MILLIS = 24 * 60 * 60 * 1000;

/**
 * What a call with this key answered before, if there was one.
 *
 * @throws AppError `conflict` where the key came with another body.
 */
export async function findAnswer<T extends object>(
  manager: EntityManager,
  call: RepeatableCall,
  now: Date,
): Promise<T | undefined> {
  const { tenantId, clientId, route, key, bodyHash } = call;
  const createdAt = MoreThan(new Date(now.getTime() - KEPT_MILLIS));
  const known = await manager.findOneBy(IdempotencyRecordEntity, {
    tenantId,
    clientId,
    route,
    key,
    createdAt,
  });
  if (known === null) return undefined;
  if (!known.bodyHash.equals(bodyHash)) throw new AppError('conflict');
  return known.answer as T;
}

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
  const known = await findAnswer<T>(manager, call, now);
  if (known !== undefined) return known;
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
