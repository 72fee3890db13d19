import { AppError, toAppError } from '@app/errors';
import type { KekProviders } from '@app/kek';
import { type Connection, openAsOwner } from '@app/persistence';
import { keyVersionFromJson } from '../keysets/encryption-key-version.entity.js';
import { placeOf } from '../master-key/master-keys.js';
import { PlatformMasterKeys } from '../master-key/platform-master-keys.js';
import { SCHEMA } from '../schema.js';

const ONE_RECORD = {
  name: 'one_record',
  text: "select to_jsonb(v) as version from encryption_key_version v where record ->> 'kekUri' = $1 limit 1",
};

/**
 * Opens one stored key for each configured master key. Another key under a name that is in use would open nothing that is stored, and
 * would wrap new keys under a URI that then stands for two keys.
 *
 * @throws AppError `internal` that says so; a key service that cannot be reached is no reason not to start.
 */
export async function checkMasterKeys(
  connection: Connection,
  providers: KekProviders,
): Promise<void> {
  const masterKeys = new PlatformMasterKeys(providers);
  const owner = await openAsOwner(SCHEMA, connection);
  try {
    for (const { uri } of providers.all) {
      const [row] = await owner.execute<{ version: Record<string, unknown> }>(ONE_RECORD, [uri]);
      if (row === undefined) continue;
      const version = keyVersionFromJson(row.version);
      if (version.record === undefined) continue;
      const dek = await masterKeys.unwrap(placeOf(version), version.record);
      dek.dispose();
    }
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'kms_unavailable') return;
    if (error.alarm === undefined) throw error;
    throw new AppError('internal', {
      cause: error,
      detail:
        'The configured master key does not open what is stored under its name. Put the right key back; a new key needs a new name.',
    });
  } finally {
    await owner.close();
  }
}
