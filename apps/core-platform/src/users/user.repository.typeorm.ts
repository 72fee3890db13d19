import { Injectable } from '@nestjs/common';
import { AppError } from '@app/errors';
import { Database, isUniqueViolation } from '@app/persistence';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
import { UserAccountEntity } from './user-account.entity.js';
import { type User, UserRepository, type UserWithPassword } from './user.repository.js';

@Injectable()
export class TypeormUserRepository extends UserRepository {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override async insert(user: UserWithPassword, act: Act): Promise<void> {
    await this.#database.transaction({ userId: user.id }, async (manager) => {
      try {
        await manager.insert(UserAccountEntity, { ...user, updatedAt: user.createdAt });
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
    return this.#find({ id: userId });
  }

  override async findByName(username: string): Promise<UserWithPassword | undefined> {
    return this.#find({ username });
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

  async #find(where: Partial<UserAccountEntity>): Promise<UserWithPassword | undefined> {
    const row = await this.#database.transaction({}, (manager) =>
      manager.findOneBy(UserAccountEntity, where),
    );
    if (row === null) return undefined;
    const { id, username, passwordHash, createdAt } = row;
    return { id, username, passwordHash, createdAt };
  }
}
