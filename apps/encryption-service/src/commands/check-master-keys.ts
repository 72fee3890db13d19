import { toAppError, AppError } from '@app/errors';
import type { WrapPlace } from '@app/crypto';
import type { KekProvider, KekProviders } from '@app/kek';
import { type Connection, openAsOwner } from '@app/persistence';
import { keyVersionFromJson } from '../keysets/encryption-key-version.entity.js';
import { placeOf } from '../master-key/master-keys.js';
import { SCHEMA } from '../schema.js';

const ONE_VERSION = {
  name: 'one_record',
  text: "select to_jsonb(v) as version from encryption_key_version v where record ->> 'kekUri' = $1 limit 1",
};
const ONE_OUTER_KEY = {
  name: 'one_outer_key',
  text: "select id, record from outer_key where record ->> 'kekUri' = $1 limit 1",
};

type Owner = Awaited<ReturnType<typeof openAsOwner>>;

/** What is stored under a master key. */
interface Stored {
  readonly place: WrapPlace;
  readonly record: unknown;
}

async function oneUnder(owner: Owner, uri: string): Promise<Stored | undefined> {
  const [row] = await owner.execute<{ version: Record<string, unknown> }>(ONE_VERSION, [uri]);
  if (row !== undefined) {
    const version = keyVersionFromJson(row.version);
    return { place: placeOf(version), record: version.record };
  }
  const [outer] = await owner.execute<{ id: string; record: unknown }>(ONE_OUTER_KEY, [uri]);
  return outer === undefined
    ? undefined
    : { place: { outerKeyId: outer.id }, record: outer.record };
}

async function assertOpens(provider: KekProvider, { place, record }: Stored): Promise<void> {
  try {
    const key = await provider.unwrap(place, record);
    key.dispose();
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'kms_unavailable') return;
    if (error.alarm === undefined) throw error;
    throw new AppError('internal', {
      cause: error,
      detail:
        'The configured master key does not open what is stored under its name. Put the right key back; a new key needs a new name.',
    });
  }
}

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
  const owner = await openAsOwner(SCHEMA, connection);
  try {
    for (const provider of providers.all) {
      const stored = await oneUnder(owner, provider.uri);
      if (stored !== undefined) await assertOpens(provider, stored);
    }
  } finally {
    await owner.close();
  }
}
