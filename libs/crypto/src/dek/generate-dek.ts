import { SecretBytes } from '@app/secret';
import { randomSecret } from '../hazmat/random.js';
import { generateRsaPrivateKey } from '../hazmat/rsa-oaep.js';
import { SUITES, type SuiteName } from '../suites.js';
import { DEK_SECRET_BYTES, encodeRsaDek } from './dek-form.js';

/**
 * A new key for one version, owned by the caller, who disposes of it: 32 random bytes, with a new RSA key pair beside them where the suite
 * has one. Asynchronous, since such a pair takes up to some seconds to find; that is done in another thread.
 */
export async function generateDek(suite: SuiteName): Promise<SecretBytes> {
  if (!SUITES[suite].hasMessageKeys) return new SecretBytes(randomSecret(DEK_SECRET_BYTES));
  const pkcs8 = await generateRsaPrivateKey();
  const secret = randomSecret(DEK_SECRET_BYTES);
  const dek = new SecretBytes(encodeRsaDek(secret, pkcs8));
  secret.fill(0);
  pkcs8.fill(0);
  return dek;
}
