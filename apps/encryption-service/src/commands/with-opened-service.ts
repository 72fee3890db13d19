import type { KekProviders } from '@app/kek';
import {
  type Connection,
  connectionOf,
  type Database,
  migrate,
  openAsOwner,
  openDatabase,
} from '@app/persistence';
import { createLogger, errorFields } from '@app/server';
import type { EncryptionServiceConfig } from '../config.js';
import { SCHEMA } from '../schema.js';
import { openMasterKeys } from './open-master-keys.js';

/** What a command on the host works with, while services run beside it. */
export interface OpenedService {
  readonly logger: ReturnType<typeof createLogger>;
  readonly connection: Connection;
  readonly providers: KekProviders;
  /** Past row-level security. */
  readonly owner: Database;
  readonly database: Database;
}

/** Migrates, opens all that the service opens besides its ports, and closes it whatever comes of the work. */
export async function withOpenedService(
  config: EncryptionServiceConfig,
  work: (opened: OpenedService) => Promise<void>,
): Promise<void> {
  const logger = createLogger(SCHEMA.applicationName, config.log.level);
  const connection = connectionOf(config.database);
  await migrate(SCHEMA, connection);
  const providers = await openMasterKeys(config, connection, logger);
  const owner = await openAsOwner(SCHEMA, connection);
  const database = await openDatabase(SCHEMA, connection, {
    poolSize: config.database.poolSize,
    onConnectionError: (error) => {
      logger.warn(errorFields(error), 'a database connection broke');
    },
  });
  try {
    await work({ logger, connection, providers, owner, database });
  } finally {
    await database.close();
    await owner.close();
    await providers.close();
  }
}
