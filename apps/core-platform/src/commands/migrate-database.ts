import { loadConfig } from '@app/config';
import { connectionOf, migrate } from '@app/persistence';
import { createLogger } from '@app/server';
import { OPTIONS } from '../config.js';
import { SCHEMA } from '../schema.js';

/** `migrate`: brings the database to the newest schema. */
export async function migrateDatabase(argv: readonly string[]): Promise<void> {
  const { values } = loadConfig({ prefix: 'CP', options: OPTIONS, argv });
  const ran = await migrate(SCHEMA, connectionOf(values.database));
  createLogger(SCHEMA.applicationName, values.log.level).info({ migrations: ran }, 'migrated');
}
