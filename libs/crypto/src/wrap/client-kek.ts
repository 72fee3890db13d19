import { encodeMembers, uuidBytes } from '@app/encoding';
import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { hkdf } from '../hazmat/hkdf.js';
import type { KeyPlace } from '../key-place.js';
import { KEK_BYTES } from './wrap-dek.js';

/** The `kekUri` of every record whose master key is the client's. */
export const CLIENT_KEK_URI = 'client:';

/** Bytes of a client's master key, once its base64 is read. */
const CLIENT_MASTER_KEY_BYTES = 32;

/**
 * The KEK of client mode, bound to encryption and tenant: one master key may serve several of them, and no record of one opens as
 * another's.
 *
 * @param masterKey - what `X-Master-Key` brought, 32 bytes. Borrowed.
 * @returns 32 bytes, owned by the caller, who disposes of them.
 * @throws AppError `internal` for a key of another length: the request was to be refused before.
 */
export function deriveClientKek(
  masterKey: SecretBytes,
  { tenantId, encryptionId }: Pick<KeyPlace, 'tenantId' | 'encryptionId'>,
): SecretBytes {
  if (masterKey.length !== CLIENT_MASTER_KEY_BYTES) {
    throw new AppError('internal', { cause: new RangeError("a client's master key has 32 bytes") });
  }
  return new SecretBytes(
    hkdf({
      hash: 'sha256',
      ikm: masterKey.expose(),
      salt: uuidBytes(encryptionId),
      info: encodeMembers('keyward/v1/client-kek', uuidBytes(tenantId)),
      bytes: KEK_BYTES,
    }),
  );
}
