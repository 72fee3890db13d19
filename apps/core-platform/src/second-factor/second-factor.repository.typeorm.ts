import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, LessThan, MoreThanOrEqual, Not } from 'typeorm';
import { Database } from '@app/persistence';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
import { KnownPlaceEntity } from './known-place.entity.js';
import { RecoveryCodeEntity } from './recovery-code.entity.js';
import {
  PLACE_MILLIS,
  SecondFactorRepository,
  type StoredFactor,
  type TakenAt,
} from './second-factor.repository.js';
import { TotpFactorEntity } from './totp-factor.entity.js';

const REPLACE = `
  insert into totp_factor as f (user_id, secret, created_at) values ($1, $2, $3)
  on conflict (user_id) do update set secret = excluded.secret, created_at = excluded.created_at
  where f.confirmed_at is null
  returning 1`;

@Injectable()
export class TypeormSecondFactorRepository extends SecondFactorRepository {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override async find(userId: string): Promise<StoredFactor | undefined> {
    const row = await this.#database.transaction({}, (manager) =>
      manager.findOneBy(TotpFactorEntity, { userId }),
    );
    return row === null ? undefined : { secret: row.secret, isConfirmed: row.confirmedAt !== null };
  }

  override async replaceUnconfirmed(userId: string, secret: string, act: Act): Promise<boolean> {
    return this.#database.transaction({ userId }, async (manager) => {
      const stored = await manager.query<unknown[]>(REPLACE, [userId, secret, act.at]);
      if (stored.length === 0) return false;
      await recordAct(manager, act);
      return true;
    });
  }

  override async confirm(
    userId: string,
    { secret, step, codes }: { secret: string; step: number; codes: readonly Buffer[] },
    act: Act,
  ): Promise<boolean> {
    return this.#database.transaction({ userId }, async (manager) => {
      const confirmed = await manager.update(
        TotpFactorEntity,
        { userId, secret, confirmedAt: IsNull() },
        { confirmedAt: act.at, lastStep: step.toString() },
      );
      if (confirmed.affected !== 1) return false;
      const rows = codes.map((hash) => ({ userId, hash }));
      await manager.insert(RecoveryCodeEntity, rows);
      await recordAct(manager, act);
      return true;
    });
  }

  override async remove(userId: string, act: Act): Promise<boolean> {
    return this.#database.transaction({ userId }, async (manager) => {
      const confirmed = { userId, confirmedAt: Not(IsNull()) };
      const removed = await manager.delete(TotpFactorEntity, confirmed);
      if (removed.affected !== 1) return false;
      await recordAct(manager, act);
      return true;
    });
  }

  override async takeStep(userId: string, step: number, taken: TakenAt): Promise<boolean> {
    const lastStep = step.toString();
    return this.#database.transaction({ userId }, async (manager) => {
      // Under the row's lock the condition is looked at anew: of two codes of one step, the second finds it no longer met.
      const advanced = await manager.update(
        TotpFactorEntity,
        { userId, lastStep: LessThan(lastStep) },
        { lastStep },
      );
      if (advanced.affected !== 1) return false;
      await remember(manager, userId, taken);
      return true;
    });
  }

  override async takeRecoveryCode(
    userId: string,
    hash: Buffer,
    taken: TakenAt,
    act: Act,
  ): Promise<boolean> {
    return this.#database.transaction({ userId }, async (manager) => {
      const used = await manager.update(
        RecoveryCodeEntity,
        { userId, hash, usedAt: IsNull() },
        { usedAt: taken.at },
      );
      if (used.affected !== 1) return false;
      await remember(manager, userId, taken);
      await recordAct(manager, act);
      return true;
    });
  }

  override async isKnown(userId: string, place: Buffer, since: Date): Promise<boolean> {
    return this.#database.transaction({}, (manager) =>
      manager.existsBy(KnownPlaceEntity, { userId, place, seenAt: MoreThanOrEqual(since) }),
    );
  }
}

/** Forgets what is long past at the same time, so that nobody's places pile up. */
async function remember(
  manager: EntityManager,
  userId: string,
  { place, at }: TakenAt,
): Promise<void> {
  if (place === undefined) return;
  const past = new Date(at.getTime() - PLACE_MILLIS);
  await manager.delete(KnownPlaceEntity, { userId, seenAt: LessThan(past) });
  await manager.upsert(KnownPlaceEntity, { userId, place, seenAt: at }, ['userId', 'place']);
}
