import { invalidField } from '@app/errors';

/** Kinds of KEK providers. One row of the registry each. */
export type KekKind =
  'local' | 'aws-kms' | 'azure-key-vault' | 'gcp-kms' | 'vault-transit' | 'pkcs11';

const LOCAL_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;

/**
 * The URI of a local master key, `local:NAME`: never a path, so that the file may move. A name is never given to another key, since
 * each wrapped key names the one that wraps it.
 *
 * @throws AppError `invalid_request` for a name that is not 1 to 64 letters, digits, dots, underscores and hyphens.
 */
export function localKekUri(name: string): string {
  if (!LOCAL_NAME.test(name)) {
    throw invalidField(
      'name',
      'must be 1 to 64 of A-Z, a-z, 0-9, ".", "_", "-", beginning and ending with a letter or digit',
    );
  }
  return `local:${name}`;
}
