import { invalidField } from '@app/errors';

/** One version of a key of Azure Key Vault or of a Managed HSM. */
export interface AzureKey {
  /** Its URL, with the version. */
  readonly id: string;
  readonly vaultUrl: string;
  readonly name: string;
  readonly version: string;
}

const PATH = /^\/keys\/([0-9A-Za-z-]{1,127})\/([0-9a-f]{32})$/;

/** What {@link findAzureKey} takes. */
export const KEY_URL_RULE = 'must be https://VAULT/keys/NAME/VERSION, the version included';

/**
 * Reads the URL of a key, `https://VAULT/keys/NAME/VERSION`. The version has to be in it: a vault decrypts with the version that it is
 * asked for only, so a wrapped key that named none could not be opened after the vault's next rotation.
 *
 * @returns undefined for any other URL, also one that a browser would write otherwise.
 */
export function findAzureKey(url: string): AzureKey | undefined {
  const parsed = URL.parse(url);
  const [, name, version] = PATH.exec(parsed?.pathname ?? '') ?? [];
  const isCanonical = parsed?.protocol === 'https:' && url === parsed.origin + parsed.pathname;
  if (!isCanonical || name === undefined || version === undefined) return undefined;
  return { id: url, vaultUrl: parsed.origin, name, version };
}

/** The key of a URL. @throws AppError `invalid_request`, as {@link findAzureKey} finds none. */
export function parseAzureKeyUrl(url: string): AzureKey {
  const key = findAzureKey(url);
  if (key === undefined) throw invalidField('keyUrl', KEY_URL_RULE);
  return key;
}
