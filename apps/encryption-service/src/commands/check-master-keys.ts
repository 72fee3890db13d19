import { toAppError, AppError } from '@app/errors';
import type { WrapPlace } from '@app/crypto';
import type { KekProvider, KekProviders } from '@app/kek';
import { type Connection, openAsOwner } from '@app/persistence';
import { type createLogger, errorFields } from '@app/server';
import { keyVersionFromJson } from '../keysets/rows/encryption-key-version.entity.js';
import { placeOf } from '../master-key/master-keys.js';
import { SCHEMA } from '../schema.js';

/** One that opens is enough: a single row that was changed must not keep every replica from starting. */
const SOME = 5;
const SOME_VERSIONS = {
  name: 'some_versions',
  text: "select to_jsonb(v) as version from encryption_key_version v where record ->> 'kekUri' = $1 limit $2",
};
const SOME_OUTER_KEYS = {
  name: 'some_outer_keys',
  text: "select id, record from outer_key where record ->> 'kekUri' = $1 limit $2",
};

type Owner = Awaited<ReturnType<typeof openAsOwner>>;

/** Hears of a master key that cannot be used now, by its configured name. */
export type OnUnusable = (name: string, error: AppError) => void;

/** Says in the log that a master key cannot be used now, and why. */
export function warnOfUnusable(
  logger: ReturnType<typeof createLogger>,
  provider: string,
  error: AppError,
): void {
  logger.warn({ provider, ...errorFields(error) }, 'a master key cannot be used now');
}

/** What is stored under a master key. */
interface Stored {
  readonly place: WrapPlace;
  readonly record: unknown;
}

async function someUnder(owner: Owner, uri: string): Promise<Stored[]> {
  const values = [uri, SOME];
  const versions = await owner.execute<{ version: Record<string, unknown> }>(SOME_VERSIONS, values);
  const outers = await owner.execute<{ id: string; record: unknown }>(SOME_OUTER_KEYS, values);
  return [
    ...versions.map(({ version }) => {
      const row = keyVersionFromJson(version);
      return { place: placeOf(row), record: row.record };
    }),
    ...outers.map(({ id, record }) => ({ place: { outerKeyId: id }, record })),
  ];
}

/** Opens one after the other until one opens. @throws AppError what the last one came to, or a failure of the key service at once. */
async function tryOut(provider: KekProvider, stored: readonly Stored[]): Promise<void> {
  if (stored.length === 0) return provider.checkHealth();
  let alarm: AppError | undefined;
  for (const { place, record } of stored) {
    try {
      const key = await provider.unwrap(place, record);
      key.dispose();
      return;
    } catch (thrown) {
      alarm = toAppError(thrown);
      if (alarm.alarm === undefined) throw alarm;
    }
  }
  if (alarm !== undefined) throw alarm;
}

async function assertWorks(
  provider: KekProvider,
  stored: readonly Stored[],
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
 * Opens a stored key for each configured master key, or tries it out where nothing is under it; all at once, since each that is silent
 * takes its time. Another key under a name that is in use would open nothing that is stored, and would wrap new keys under a URI that
 * then stands for two keys.
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
      const stored = await someUnder(owner, provider.uri);
      found.push([provider, stored] as const);
    }
    await Promise.all(found.map(([provider, stored]) => assertWorks(provider, stored, onUnusable)));
  } finally {
    await owner.close();
  }
}
