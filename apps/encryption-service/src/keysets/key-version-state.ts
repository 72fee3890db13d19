import { AppError } from '@app/errors';
import type { EncryptionEntity } from './encryption.entity.js';
import type { EncryptionKeyVersionEntity } from './encryption-key-version.entity.js';

/** @throws AppError `encryption_disabled`. */
export function assertEnabled(encryption: EncryptionEntity): void {
  if (encryption.state !== 'enabled') throw new AppError('encryption_disabled');
}

/**
 * Whether a version may encrypt: the active one, and a deactivated one where the encryption allows that.
 *
 * @throws AppError `version_not_usable`.
 */
export function assertEncrypts(
  encryption: EncryptionEntity,
  version: EncryptionKeyVersionEntity,
): void {
  if (version.state === 'active') return;
  if (version.state === 'deactivated' && encryption.olderVersionsEncrypt) return;
  throw new AppError('version_not_usable');
}

/**
 * Whether a version may decrypt: NIST SP 800-57 Part 1, section 7, lets a deactivated key process what it has protected.
 *
 * @throws AppError `version_destroyed` where the key is gone, else `version_not_usable`.
 */
export function assertDecrypts(version: EncryptionKeyVersionEntity): void {
  if (version.state === 'active' || version.state === 'deactivated') return;
  throw new AppError(version.state === 'destroyed' ? 'version_destroyed' : 'version_not_usable');
}
