import type { KeyObject } from 'node:crypto';
import { encodeMembers } from '@app/encoding';
import { AppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';
import { takeEd25519Seed } from '../hazmat/ed25519.js';
import { hkdf } from '../hazmat/hkdf.js';
import { takeKey } from '../hazmat/secret-key.js';

/** Bytes of a service secret. */
export const SERVICE_SECRET_BYTES = 32;

/** What a key derived from the service secret is for. */
export type ServicePurpose = 'integrity' | 'api-secret' | 'identity' | 'audit';

/** The keys that every replica of a service derives from its secret. Losing the secret loses no data. */
export interface ServiceKeys {
  /** MAC of rows. */
  readonly integrity: KeyObject;
  /** Hash of API secrets. */
  readonly apiSecret: KeyObject;
  /** Ed25519 private key (RFC 8032): signs exports and receipts of destruction. */
  readonly identity: KeyObject;
  /** Ed25519 private key (RFC 8032): signs the audit log's checkpoints. */
  readonly audit: KeyObject;
}

/**
 * The 32 bytes for one purpose (`docs/spec/rows-and-secrets-v1.md`), owned by the caller, who overwrites them.
 *
 * @throws AppError `internal` for a secret of another length.
 */
export function deriveServiceKeyBytes(secret: SecretBytes, purpose: ServicePurpose): Buffer {
  if (secret.length !== SERVICE_SECRET_BYTES) {
    throw new AppError('internal', { cause: new RangeError('a service secret has 32 bytes') });
  }
  const info = encodeMembers('keyward/v1/service', purpose);
  return hkdf({ hash: 'sha256', ikm: secret.expose(), info, bytes: 32 });
}

/**
 * Derives the keys of a service.
 *
 * @param secret - 32 bytes. Borrowed: it may be disposed of right after.
 * @throws AppError `internal` for a secret of another length.
 */
export function deriveServiceKeys(secret: SecretBytes): ServiceKeys {
  return {
    integrity: takeKey(deriveServiceKeyBytes(secret, 'integrity')),
    apiSecret: takeKey(deriveServiceKeyBytes(secret, 'api-secret')),
    identity: takeEd25519Seed(deriveServiceKeyBytes(secret, 'identity')),
    audit: takeEd25519Seed(deriveServiceKeyBytes(secret, 'audit')),
  };
}
