import { access } from 'node:fs/promises';
import { AppError } from '@app/errors';
import { makeKeyFile, readKeyFile } from '@app/kek';
import { type Connection, openAsOwner } from '@app/persistence';
import type { SecretBytes } from '@app/secret';
import type { createLogger } from '@app/server';
import type { EncryptionServiceConfig } from '../config.js';
import { SCHEMA } from '../schema.js';

type Logger = ReturnType<typeof createLogger>;

const ANY_RECORD = {
  name: 'any_record',
  text:
    "select 1 from encryption_key_version where record ->> 'kekUri' = $1 " +
    "union all select 1 from outer_key where record ->> 'kekUri' = $1 limit 1",
};

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    // Whatever keeps it from being seen is told when it is read.
    return false;
  }
}

/** A new key in place of a lost one would open nothing, and would hide that it opens nothing. */
async function assertNothingWrapped(connection: Connection, uri: string): Promise<void> {
  const owner = await openAsOwner(SCHEMA, connection);
  try {
    const rows = await owner.execute(ANY_RECORD, [uri]);
    if (rows.length === 0) return;
  } finally {
    await owner.close();
  }
  throw new AppError('internal', {
    detail:
      'The file of kek.local.file is gone, but the database holds keys that are wrapped under it. Put it back from your backup.',
  });
}

/**
 * The local master key: the one that is configured, or its file, which is made at the first start.
 *
 * @throws AppError `internal` where the file is gone and the database has keys that are wrapped under it; KeyFileError for a file that cannot be used.
 */
export async function openLocalKey(
  config: EncryptionServiceConfig,
  connection: Connection,
  logger: Logger,
): Promise<SecretBytes> {
  const { name, key, file = '' } = config.kek.local;
  if (key !== undefined) return key;
  if (!(await isThere(file))) {
    await assertNothingWrapped(connection, `local:${name}`);
    if (await makeKeyFile(file)) {
      logger.warn(
        { file },
        'a new master key was made: whoever loses this file loses all data that is encrypted under it; keep a copy in a safe place',
      );
    }
  }
  return readKeyFile(file);
}
