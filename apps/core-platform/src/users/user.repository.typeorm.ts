import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import { AppError } from '@app/errors';
import { Database, isUniqueViolation } from '@app/persistence';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
import { UserAccountEntity } from './user-account.entity.js';
import {
  type Derivation,
  type NewUser,
  type StoredHint,
  type User,
  UserRepository,
  type UserWithPassword,
} from './user.repository.js';

const TOTP_ENABLED = `exists (
  select from totp_factor f where f.user_id = account.id and f.confirmed_at is not null)`;

type Where = Partial<Pick<UserAccountEntity, 'id' | 'username'>>;
type Found = UserAccountEntity & { readonly totpEnabled: boolean };

@Injectable()
export class TypeormUserRepository extends UserRepository {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override async insert(user: NewUser, act: Act): Promise<void> {
    await this.#database.transaction({ userId: user.id }, async (manager) => {
      try {
        await manager.insert(UserAccountEntity, toRow(user));
      } catch (cause) {
        // The constraint, not a look beforehand: two people may want one name in the same moment.
        if (isUniqueViolation(cause, 'user_account_username'))
          throw new AppError('already_exists', { cause });
        throw cause;
      }
      await recordAct(manager, act);
    });
  }

  override async findById(userId: string): Promise<User | undefined> {
    return this.findWithPassword(userId);
  }

  override async findWithPassword(userId: string): Promise<UserWithPassword | undefined> {
    const row = await this.#find({ id: userId });
    return row === undefined ? undefined : toUserWithPassword(row);
  }

  override async findByName(username: string): Promise<UserWithPassword | undefined> {
    const row = await this.#find({ username });
    return row === undefined ? undefined : toUserWithPassword(row);
  }

  override async replaceHash(
    userId: string,
    before: string,
    after: string,
    at: Date,
  ): Promise<void> {
    await this.#database.transaction({}, (manager) =>
      manager.update(
        UserAccountEntity,
        { id: userId, passwordHash: before },
        { passwordHash: after, updatedAt: at },
      ),
    );
  }

  override async findHint(username: string): Promise<(User & { hint: StoredHint }) | undefined> {
    const row = await this.#find({ username });
    if (row === undefined) return undefined;
    const hint = { sealed: row.passwordHint ?? undefined, isPublic: row.hintPublic };
    return { ...toUserWithPassword(row), hint };
  }

  override async setHint(userId: string, hint: StoredHint, act: Act): Promise<void> {
    const changed = { ...hintColumns(hint), updatedAt: act.at };
    await this.#database.transaction({ userId }, async (manager) => {
      await manager.update(UserAccountEntity, { id: userId }, changed);
      await recordAct(manager, act);
    });
  }

  override async findDerivation(username: string): Promise<Derivation | undefined> {
    const row = await this.#find({ username });
    return row === undefined ? undefined : toDerivation(row);
  }

  #find(where: Where): Promise<Found | undefined> {
    return this.#database.transaction({}, async (manager) => {
      const query = manager.createQueryBuilder(UserAccountEntity, 'account').where(where);
      return oneOf(query);
    });
  }
}

async function oneOf(query: SelectQueryBuilder<UserAccountEntity>): Promise<Found | undefined> {
  const selected = query.addSelect(TOTP_ENABLED, 'totp_enabled');
  const { entities, raw } = await selected.getRawAndEntities<{ totp_enabled: boolean }>();
  const [row] = entities;
  return row === undefined
    ? undefined
    : Object.assign(row, { totpEnabled: raw[0]?.totp_enabled === true });
}

function hintColumns({ sealed, isPublic }: StoredHint): Partial<UserAccountEntity> {
  return { passwordHint: sealed ?? null, hintPublic: isPublic };
}

function toRow({ hint, derivation, ...user }: NewUser): Partial<UserAccountEntity> {
  return {
    ...user,
    ...hintColumns(hint),
    kdfSalt: derivation.salt,
    kdfIterations: derivation.iterations,
    kdfMemoryKiB: derivation.memoryKiB,
    kdfParallelism: derivation.parallelism,
    updatedAt: user.createdAt,
  };
}

function toUserWithPassword(row: Found): UserWithPassword {
  const { id, username, passwordHash, totpEnabled, createdAt } = row;
  return { id, username, passwordHash, totpEnabled, createdAt };
}

function toDerivation(row: UserAccountEntity): Derivation | undefined {
  const { kdfSalt, kdfIterations, kdfMemoryKiB, kdfParallelism } = row;
  if (kdfSalt === null || kdfIterations === null) return undefined;
  if (kdfMemoryKiB === null || kdfParallelism === null) return undefined;
  return {
    salt: kdfSalt,
    iterations: kdfIterations,
    memoryKiB: kdfMemoryKiB,
    parallelism: kdfParallelism,
  };
}
