import { ConfigError } from '@app/config';
import { AppError } from '@app/errors';
import { type KekEntry, type KekProvider, KekProviders, openKekProvider } from '@app/kek';
import type { Connection } from '@app/persistence';
import type { createLogger } from '@app/server';
import type { EncryptionServiceConfig } from '../config.js';
import { defaultNameOf, hasLocalKey } from '../master-key/settings.js';
import { openLocalKey } from './local-key.js';

type Logger = ReturnType<typeof createLogger>;

async function openEntry(entry: KekEntry): Promise<KekProvider> {
  try {
    // The kind of an entry is the kind of its settings, which a union of both does not say.
    return await openKekProvider(entry.kind, entry as never);
  } catch (error) {
    if (!(error instanceof AppError) || error.errors === undefined) throw error;
    const where = `kek.providers, "${entry.name}"`;
    throw new ConfigError(
      error.errors.map(({ field, message }) => ({
        code: 'invalid',
        name: `${where}, ${field}`,
        rule: message,
      })),
    );
  }
}

/** A wrapped key names its master key by the URI alone, so that of two with one URI nobody could say which one opens it. */
function assertEachOnce(opened: readonly KekProvider[]): void {
  for (const [index, { name, uri }] of opened.entries()) {
    const other = opened.slice(0, index).find((one) => one.uri === uri);
    if (other === undefined) continue;
    const rule = `must not be of the same key as "${other.name}"`;
    throw new ConfigError([{ code: 'invalid', name: `kek.providers, "${name}"`, rule }]);
  }
}

/**
 * Opens every configured master key. No key service is asked for anything by that: a process starts while one is down.
 *
 * @throws ConfigError where one has options of another form, or lacks a package; what {@link openLocalKey} throws.
 */
export async function openMasterKeys(
  config: EncryptionServiceConfig,
  connection: Connection,
  logger: Logger,
): Promise<KekProviders> {
  const { kek } = config;
  const opened: KekProvider[] = [];
  if (hasLocalKey(kek)) {
    const key = await openLocalKey(config, connection, logger);
    opened.push(await openKekProvider('local', { name: kek.local.name, key }));
  }
  for (const entry of kek.providers) opened.push(await openEntry(entry));
  assertEachOnce(opened);
  return new KekProviders(opened, defaultNameOf(kek) ?? '');
}
