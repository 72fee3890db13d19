import { createHash } from 'node:crypto';
import { type EntityManager, LessThan } from 'typeorm';
import { AppError, invalidField } from '@app/errors';
import { IdempotencyRecordEntity } from './idempotency-record.entity.js';

const FORM = /^[\x21-\x7e]{1,128}$/;
const KEPT_MILLIS = 24 * 60 * 60 * 1000;

/** One call that may be repeated: of this client, to this route, with this key. */
export interface RepeatableCall {
  readonly tenantId: string;
  readonly clientId: string;
  readonly route: string;
  readonly key: string;
  readonly bodyHash: Buffer;
}

/** @throws AppError `invalid_request` for a key of another form. */
export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !FORM.test(header)) {
    throw invalidField('Idempotency-Key', 'must be 1 to 128 visible ASCII characters');
  }
  return header;
}

/** SHA-256 of a body as it was understood, so that white space and the order of fields do not matter. */
export function hashBody(fields: Readonly<Record<string, string | undefined>>): Buffer {
  const sorted = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest();
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
