import type { ConfigOf, EntryOf, OptionTree } from '@app/config';
import { invalidField } from '@app/errors';
import { AWS_KMS_SETTINGS } from './aws-kms/settings.js';
import type { KekProvider } from './kek-provider.js';
import type { KekKind } from './kek-uri.js';
import { AZURE_KEY_VAULT_SETTINGS } from './azure-key-vault/settings.js';
import { GCP_KMS_SETTINGS } from './gcp-kms/settings.js';
import { LOCAL_SETTINGS } from './local/settings.js';
import { PKCS11_SETTINGS } from './pkcs11/settings.js';
import { VAULT_TRANSIT_SETTINGS } from './vault-transit/settings.js';

type OptionsOf<T extends OptionTree> = { readonly name: string } & ConfigOf<T>;

/** A kind of master key: its settings, and what opens one of it. */
interface Row<T extends OptionTree> {
  readonly settings: T;
  readonly load: () => Promise<(options: OptionsOf<T>) => KekProvider | Promise<KekProvider>>;
}

function row<const T extends OptionTree>(settings: T, load: Row<T>['load']): Row<T> {
  return { settings, load };
}

/**
 * One row for each kind, loaded when it is asked for: a provider's SDK is in no process that does not use it. Static, so that nothing
 * registers itself by being imported.
 */
const REGISTRY = {
  local: row(
    LOCAL_SETTINGS,
    async () => (await import('./local/local-kek-provider.js')).openLocalKek,
  ),
  'azure-key-vault': row(
    AZURE_KEY_VAULT_SETTINGS,
    async () => (await import('./azure-key-vault/open-azure-key-vault.js')).openAzureKeyVault,
  ),
  'aws-kms': row(
    AWS_KMS_SETTINGS,
    async () => (await import('./aws-kms/open-aws-kms.js')).openAwsKms,
  ),
  'gcp-kms': row(
    GCP_KMS_SETTINGS,
    async () => (await import('./gcp-kms/open-gcp-kms.js')).openGcpKms,
  ),
  'vault-transit': row(
    VAULT_TRANSIT_SETTINGS,
    async () => (await import('./vault-transit/open-vault-transit.js')).openVaultTransit,
  ),
  pkcs11: row(PKCS11_SETTINGS, async () => (await import('./pkcs11/open-pkcs11.js')).openPkcs11),
} satisfies Record<KekKind, unknown>;

type Registry = typeof REGISTRY;
type Kind = keyof Registry;

/** What each kind is opened with. */
export type KekOptions = { readonly [K in Kind]: OptionsOf<Registry[K]['settings']> };

type Openers = {
  readonly [K in Kind]: {
    load: () => Promise<(options: KekOptions[K]) => KekProvider | Promise<KekProvider>>;
  };
};

type KekSettings = { readonly [K in Kind]: Registry[K]['settings'] };

/** The settings of each kind, for `option.entries` and `readEntries`. */
export const KEK_SETTINGS = Object.fromEntries(
  Object.entries(REGISTRY).map(([kind, { settings }]) => [kind, settings]),
) as KekSettings;

/** A configured master key: its kind, its name and the settings of its kind. */
export type KekEntry = EntryOf<KekSettings>;

/** The package that an import did not find; undefined where it failed otherwise. */
function missingPackage(error: unknown): string | undefined {
  const isMissing =
    error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  return isMissing ? /package '([^']{1,100})'/.exec(error.message)?.[1] : undefined;
}

async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const name = missingPackage(error);
    if (name === undefined) throw error;
    throw invalidField('kind', `needs the package ${name}, which is not installed`);
  }
}

/**
 * Opens a platform master key. A key service is not asked for anything by that, so that a process starts while one is down.
 *
 * @throws AppError `invalid_request` for options of another form, and where a package that the kind needs is not installed.
 */
export async function openKekProvider<K extends Kind>(
  kind: K,
  options: KekOptions[K],
): Promise<KekProvider> {
  const rows: Openers = REGISTRY;
  const open = await loaded(rows[kind].load);
  return open(options);
}
