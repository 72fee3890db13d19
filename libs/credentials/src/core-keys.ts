import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { encodeBase64Url, encodeMembers } from '@app/encoding';
import { AppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';

/** Length of the core's own secret, as of every secret of a service. */
export const CORE_SECRET_BYTES = 32;

const KEY_BYTES = 32;
const KEY_ID_BYTES = 12;

/** A key that seals the core's own secrets, and the `kid` under which sealed texts name it. */
export interface SealingKey {
  readonly kid: string;
  readonly key: KeyObject;
}

/** Everything that is derived from the core's own secret. */
export interface CoreKeys {
  readonly sealing: SealingKey;
  /** Keys the hash under which refresh tokens are stored. */
  readonly refreshToken: KeyObject;
  /** Keys the hash under which recovery codes are stored. */
  readonly recoveryCode: KeyObject;
  /** Keys the hash under which failed logins are counted. */
  readonly loginTries: KeyObject;
  /** Makes the salts with which clients derive keys from passwords. */
  readonly derivationSalt: KeyObject;
}

/** HKDF-SHA-256 (RFC 5869) with an empty salt and info E("keyward/v1/service", purpose): "Secrets of a service" of the specification. */
function derive(secret: SecretBytes, purpose: string, bytes: number): Buffer {
  const info = encodeMembers('keyward/v1/service', purpose);
  return Buffer.from(hkdfSync('sha256', secret.expose(), Buffer.alloc(0), info, bytes));
}

function deriveKey(secret: SecretBytes, purpose: string): KeyObject {
  const bytes = derive(secret, purpose, KEY_BYTES);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

/**
 * Derives the keys of a core from its own secret.
 *
 * @param secret - {@link CORE_SECRET_BYTES} bytes, the same on each replica. Borrowed: the caller disposes of it, and may do so at once.
 * @throws AppError `internal` for a secret of another length.
 */
export function deriveCoreKeys(secret: SecretBytes): CoreKeys {
  if (secret.length !== CORE_SECRET_BYTES)
    throw new AppError('internal', { cause: new RangeError('a core secret has 32 bytes') });
  return {
    sealing: {
      // Derived, not hashed from the key: it lies in clear in the database and must tell nothing about the key.
      kid: encodeBase64Url(derive(secret, 'sealing-key-id', KEY_ID_BYTES)),
      key: deriveKey(secret, 'sealing'),
    },
    refreshToken: deriveKey(secret, 'refresh-token'),
    recoveryCode: deriveKey(secret, 'recovery-code'),
    loginTries: deriveKey(secret, 'login-tries'),
    derivationSalt: deriveKey(secret, 'derivation-salt'),
  };
}
