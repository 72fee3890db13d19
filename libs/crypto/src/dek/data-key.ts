import { SecretBytes } from '@app/secret';
import { DATA_KEY_BYTES } from '../blob/blob-metadata.js';
import { randomSecret } from '../hazmat/random.js';

/**
 * A fresh data key, for a caller to encrypt with by itself: what the kind `data-key` of `sealBlob` takes.
 *
 * @returns 32 random bytes; the caller disposes of them.
 */
export function generateDataKey(): SecretBytes {
  return new SecretBytes(randomSecret(DATA_KEY_BYTES));
}
