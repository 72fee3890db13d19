import { loadConfig } from '@app/config';
import { AppError } from '@app/errors';
import { type Connection, connectionOf, migrate, openAsOwner } from '@app/persistence';
import { createLogger } from '@app/server';
import { OPTIONS } from '../config.js';
import { SCHEMA } from '../schema.js';

const DISTRUST = {
  name: 'distrust_counts',
  text: `with distrusted as (
      insert into message_count (tenant_id, version_id, is_uncertain)
        select tenant_id, id, true from encryption_key_version where state = 'active'
        on conflict (tenant_id, version_id) do update set is_uncertain = true
        returning 1
    ) select count(*)::integer as versions from distrusted`,
};

// The listener has the name of the application with a word behind it; commands have names of their own.
const SERVICES = {
  name: 'sessions_of_services',
  text: `select count(*)::integer as sessions from pg_stat_activity
         where datname = current_database() and application_name in ($1, $1 || ' listener')`,
};

/**
 * What a replica reserved before goes on being used, whatever the database says by now: so none may run.
 *
 * @throws AppError `conflict`.
 */
export async function assertNoService(connection: Connection): Promise<void> {
  const owner = await openAsOwner(SCHEMA, connection);
  try {
    const values = [SCHEMA.applicationName];
    const [row] = await owner.execute<{ sessions: number }>(SERVICES, values);
    const sessions = row?.sessions ?? 0;
    if (sessions === 0) return;
    throw new AppError('conflict', {
      detail: `Services are connected to this database (${String(sessions)} sessions), and would go on with what they reserved before. Stop them all, and run this again.`,
    });
  } finally {
    await owner.close();
  }
}

/** Marks the counts of all active versions as uncertain. @returns how many there are. */
export async function markCountsUncertain(connection: Connection): Promise<number> {
  const owner = await openAsOwner(SCHEMA, connection);
  try {
    const [row] = await owner.execute<{ versions: number }>(DISTRUST, []);
    return row?.versions ?? 0;
  } finally {
    await owner.close();
  }
}

/**
 * `counts distrust`: for whoever restored a dump over the same database, which nothing in it tells. Only on the host, with the owner's
 * access to the database.
 *
 * @throws AppError `conflict` while a service runs.
 */
export async function distrustCounts(argv: readonly string[]): Promise<void> {
  const { values } = loadConfig({ prefix: 'ES', options: OPTIONS, argv });
  const connection = connectionOf(values.database);
  await assertNoService(connection);
  await migrate(SCHEMA, connection);
  const versions = await markCountsUncertain(connection);
  createLogger(SCHEMA.applicationName, values.log.level).info(
    { versions },
    'counts are not trusted any more: each of these versions is followed by a new one before it encrypts',
  );
}
