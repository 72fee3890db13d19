import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull, LessThan, MoreThan, Not } from 'typeorm';
import { Database } from '@app/persistence';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
import { RefreshTokenEntity } from './refresh-token.entity.js';
import { SessionEntity } from './session.entity.js';
import {
  type Replacement,
  SessionRepository,
  type StoredToken,
  type TokenOwner,
} from './session.repository.js';

@Injectable()
export class TypeormSessionRepository extends SessionRepository {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override async start(owner: TokenOwner, token: StoredToken, act: Act): Promise<void> {
    const { sessionId, userId } = owner;
    const { createdAt, expiresAt } = token;
    await this.#database.transaction({ userId }, async (manager) => {
      await manager.delete(SessionEntity, { userId, expiresAt: LessThan(createdAt) });
      await manager.insert(SessionEntity, { id: sessionId, userId, createdAt, expiresAt });
      await manager.insert(RefreshTokenEntity, { ...token, sessionId });
      await recordAct(manager, act);
    });
  }

  override async findOwner(hash: Buffer): Promise<TokenOwner | undefined> {
    return this.#database.transaction({}, async (manager) => {
      const token = await manager.findOneBy(RefreshTokenEntity, { hash });
      if (token === null) return undefined;
      const session = await manager.findOneBy(SessionEntity, { id: token.sessionId });
      return session === null ? undefined : { sessionId: session.id, userId: session.userId };
    });
  }

  override async replaceToken(
    owner: TokenOwner,
    used: Buffer,
    successor: StoredToken,
    acts: { readonly replaced: Act; readonly reused: Act },
  ): Promise<Replacement> {
    const { sessionId, userId } = owner;
    const now = successor.createdAt;
    return this.#database.transaction({ userId }, async (manager) => {
      if (await isSpent(manager, used)) {
        await endSession(manager, sessionId, acts.reused);
        return 'reused';
      }
      const session = await manager.update(
        SessionEntity,
        { id: sessionId, userId, endedAt: IsNull(), expiresAt: MoreThan(now) },
        { expiresAt: successor.expiresAt },
      );
      if (session.affected !== 1) return 'refused';
      await manager.update(RefreshTokenEntity, { hash: used }, { usedAt: now });
      const past = { sessionId, usedAt: Not(IsNull()), expiresAt: LessThan(now) };
      await manager.delete(RefreshTokenEntity, past);
      await manager.insert(RefreshTokenEntity, { ...successor, sessionId });
      await recordAct(manager, acts.replaced);
      return 'replaced';
    });
  }

  override async end(owner: TokenOwner, act: Act): Promise<void> {
    await this.#database.transaction({ userId: owner.userId }, (manager) =>
      endSession(manager, owner.sessionId, act),
    );
  }
}

/** Locks the token's row first: of two uses at once, the second one waits here and then finds it used. */
async function isSpent(manager: EntityManager, hash: Buffer): Promise<boolean> {
  const token = await manager.findOne(RefreshTokenEntity, {
    where: { hash },
    lock: { mode: 'pessimistic_write' },
  });
  return token?.usedAt !== null;
}

async function endSession(manager: EntityManager, sessionId: string, act: Act): Promise<void> {
  const ended = await manager.update(
    SessionEntity,
    { id: sessionId, endedAt: IsNull() },
    { endedAt: act.at, endReason: act.action },
  );
  if (ended.affected === 1) await recordAct(manager, act);
}
