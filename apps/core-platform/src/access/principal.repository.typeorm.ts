import { Injectable } from '@nestjs/common';
import { AppError } from '@app/errors';
import { Database } from '@app/persistence';
import { isRole } from './policy.js';
import { type FoundPrincipal, PrincipalRepository } from './principal.repository.js';

const FIND = {
  name: 'request_principal',
  text: 'select username, role from request_principal($1, $2, $3, $4)',
};

@Injectable()
export class TypeormPrincipalRepository extends PrincipalRepository {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override async find(
    session: { readonly sessionId: string; readonly userId: string },
    tenantId: string | undefined,
    at: Date,
  ): Promise<FoundPrincipal | undefined> {
    const values = [session.sessionId, session.userId, tenantId ?? null, at];
    const [row] = await this.#database.execute<{ username: string; role: string | null }>(
      FIND,
      values,
    );
    if (row === undefined) return undefined;
    const role = row.role ?? undefined;
    if (role !== undefined && !isRole(role)) throw new AppError('internal');
    return { username: row.username, role };
  }
}
