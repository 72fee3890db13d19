import { Injectable } from '@nestjs/common';
import { Database } from '@app/persistence';
import { SigningKeyEntity } from './signing-key.entity.js';
import { SigningKeyRepository, type StoredSigningKey } from './signing-key.repository.js';

const ACTIVE = 'active';

@Injectable()
export class TypeormSigningKeyRepository extends SigningKeyRepository {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override async list(): Promise<StoredSigningKey[]> {
    const rows = await this.#database.transaction({}, (manager) =>
      manager.find(SigningKeyEntity, { order: { createdAt: 'ASC' } }),
    );
    return rows.map(({ kid, privateKey, state }) => ({
      kid,
      privateKey,
      isActive: state === ACTIVE,
    }));
  }

  override async insertFirst(
    key: { readonly kid: string; readonly privateKey: string },
    at: Date,
  ): Promise<void> {
    await this.#database.transaction({}, (manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(SigningKeyEntity)
        .values({ ...key, state: ACTIVE, createdAt: at })
        .orIgnore()
        .execute(),
    );
  }
}
