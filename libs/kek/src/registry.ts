import type { KekProvider } from './kek-provider.js';
import type { KekKind } from './kek-uri.js';
import type { LocalKekOptions } from './local/local-kek-provider.js';

/** What each kind is opened with. */
export interface KekOptions {
  readonly local: LocalKekOptions;
}

type Open<Kind extends KekKind> = (options: KekOptions[Kind]) => Promise<KekProvider>;

/**
 * One row for each kind, loaded when it is asked for: a provider's SDK is in no process that does not use it. Static, so that nothing
 * registers itself by being imported.
 */
const REGISTRY: { readonly [Kind in KekKind]: () => Promise<Open<Kind>> } = {
  local: async () => (await import('./local/local-kek-provider.js')).openLocalKek,
};

/**
 * Opens a platform master key.
 *
 * @throws AppError `invalid_request` for options of another form; `kms_unavailable` where the provider cannot be reached.
 */
export async function openKekProvider<Kind extends KekKind>(
  kind: Kind,
  options: KekOptions[Kind],
): Promise<KekProvider> {
  const open = await REGISTRY[kind]();
  return open(options);
}
