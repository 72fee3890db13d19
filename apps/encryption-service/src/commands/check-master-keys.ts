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

/** Hears of a master key that cannot be used now, by its configured name. */
export type OnUnusable = (name: string, error: AppError) => void;

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

async function tryOut(provider: KekProvider, stored: Stored | undefined): Promise<void> {
  if (stored === undefined) return provider.checkHealth();
  const key = await provider.unwrap(stored.place, stored.record);
  key.dispose();
}

async function assertWorks(
  provider: KekProvider,
  stored: Stored | undefined,
  onUnusable: OnUnusable,
): Promise<void> {
  try {
    await tryOut(provider, stored);
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'kms_unavailable') {
      onUnusable(provider.name, error);
      return;
    }
    if (error.alarm === undefined) throw error;
    throw new AppError('internal', {
      cause: error,
      detail: `The configured master key "${provider.name}" does not open what is stored under its name. Put the right key back; a new key needs a new name.`,
    });
  }
}

/**
 * Opens one stored key for each configured master key, or tries it out where nothing is under it; all at once, since each that is silent
 * takes its time. Another key under a name that is in use would open nothing that is stored, and
 * would wrap new keys under a URI that then stands for two keys.
 *
 * @param onUnusable - hears of those that cannot be used now.
 * @throws AppError `internal` that says so; a key service that cannot be reached is no reason not to start.
 */
export async function checkMasterKeys(
  connection: Connection,
  providers: KekProviders,
  onUnusable: OnUnusable,
): Promise<void> {
  const owner = await openAsOwner(SCHEMA, connection);
  try {
    const found = [];
    for (const provider of providers.all) {
      const stored = await oneUnder(owner, provider.uri);
      found.push([provider, stored] as const);
    }
    await Promise.all(found.map(([provider, stored]) => assertWorks(provider, stored, onUnusable)));
  } finally {
    await owner.close();
  }
}
