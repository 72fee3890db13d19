import { loadConfig } from '@app/config';
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
 */
export async function distrustCounts(argv: readonly string[]): Promise<void> {
  const { values } = loadConfig({ prefix: 'ES', options: OPTIONS, argv });
  const connection = connectionOf(values.database);
  await migrate(SCHEMA, connection);
  const versions = await markCountsUncertain(connection);
  createLogger(SCHEMA.applicationName, values.log.level).info(
    { versions },
    'counts are not trusted any more: each of these versions is followed by a new one before it encrypts',
  );
}
