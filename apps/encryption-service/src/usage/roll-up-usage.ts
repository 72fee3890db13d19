import type { Database } from '@app/persistence';

const ROLL_UP = { name: 'roll_up_usage', text: 'select roll_up_usage($1) as has_more' };

/** Records that are counted in one statement at most: it must end well within the time that the database gives it. */
const RECORDS = 50_000;
/** Statements of one round; an audit log of years is counted in several. */
const STATEMENTS = 20;

/** Adds the records of uses up by day, operation and encryption, beside the requests: each once, whatever dies meanwhile. */
export class RollUpUsage {
  constructor(private readonly database: Database) {}

  /** @throws AppError `database_unavailable`. */
  async run(): Promise<void> {
    for (let statements = 0; statements < STATEMENTS; statements += 1) {
      const [row] = await this.database.execute<{ has_more: boolean }>(ROLL_UP, [RECORDS]);
      if (row?.has_more !== true) return;
    }
  }
}
