import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Client, Pool, QueryResultRow } from 'pg';
import { isSilence, toDatabaseError } from './database-error.js';

/**
 * For whom a transaction runs. Row-level security shows the rows of these and no others; a setting that is absent shows none. They
 * end with the transaction, so that a pooled connection carries nothing over to the next request.
 */
export interface Scope {
  readonly tenantId?: string;
  readonly userId?: string;
  readonly operatorId?: string;
}

/** A statement that is prepared once for each connection and runs in a transaction of its own. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

const SET_SCOPE =
  "select set_config('app.tenant', $1, true), set_config('app.user', $2, true), set_config('app.operator', $3, true)";

async function hasRolledBack(runner: QueryRunner): Promise<boolean> {
  try {
    await runner.rollbackTransaction();
    return true;
  } catch {
    // Nobody needs a second error: the connection is cut for it.
    return false;
  }
}

async function inTransaction<T>(
  runner: QueryRunner,
  scope: Scope,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const client = (await runner.connect()) as Client;
  try {
    await runner.startTransaction();
    await runner.query(SET_SCOPE, [
      scope.tenantId ?? '',
      scope.userId ?? '',
      scope.operatorId ?? '',
    ]);
    const result = await work(runner.manager);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    // A silent connection would keep the rollback waiting as well, and then the next one that the pool lends it to. Once it is ending
    // the pool drops it; that it has ended is not waited for.
    if (isSilence(error) || !(await hasRolledBack(runner))) void client.end();
    throw error;
  }
}

/** The application's database, under the second role: it owns nothing and row-level security holds for it. */
export class Database {
  readonly #dataSource: DataSource;
  readonly #pool: Pool;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
    this.#pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  /**
   * Runs `work` in one transaction; a throw rolls all of it back.
   *
   * @throws AppError `database_unavailable`, `internal`, or what `work` threw as an AppError.
   */
  async transaction<T>(scope: Scope, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const runner = this.#dataSource.createQueryRunner();
    try {
      return await inTransaction(runner, scope, work);
    } catch (error) {
      throw toDatabaseError(error);
    } finally {
      await runner.release();
    }
  }

  /**
   * Runs one prepared statement, for paths where a transaction block would cost three more round trips. The statement must set its
   * scope itself, as the named functions of the migrations do.
   *
   * @throws AppError `database_unavailable` or `internal`.
   */
  async execute<Row extends QueryResultRow>(
    statement: PreparedStatement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    try {
      const result = await this.#pool.query<Row>({ ...statement, values: [...values] });
      return result.rows;
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  /** Answers when the database does. @throws AppError `database_unavailable`. */
  async ping(): Promise<void> {
    await this.execute({ name: 'ping', text: 'select 1' }, []);
  }

  /** Ends every connection once its query has ended. */
  async close(): Promise<void> {
    await this.#dataSource.destroy();
  }
}
