import { SecretBytes } from '@app/secret';
import { randomSecret } from '../hazmat/random.js';
import { SUITES, type SuiteName } from '../suites.js';

/**
 * A new key for one version, owned by the caller, who disposes of it. Asynchronous, since an RSA key pair takes a good part of a second
 * to find and is made in another thread.
 */
export function generateDek(suite: SuiteName): Promise<SecretBytes> {
  return Promise.resolve(new SecretBytes(randomSecret(SUITES[suite].dekBytes)));
}
