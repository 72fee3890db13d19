import { AppError } from '@app/errors';
import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';

/**
 * Whether the encryption is switched on. One that is to be destroyed, or is, answers with the state of its versions, which say more.
 *
 * @throws AppError `encryption_disabled`.
 */
export function assertEnabled(encryption: EncryptionEntity): void {
  if (encryption.state === 'disabled') throw new AppError('encryption_disabled');
}

/**
 * Whether the encryption may get a new version.
 *
 * @throws AppError `encryption_disabled`, `version_not_usable`, `version_destroyed`.
 */
export function assertRenewable(encryption: EncryptionEntity): void {
  assertEnabled(encryption);
  if (encryption.state === 'enabled') return;
  throw new AppError(encryption.state === 'destroyed' ? 'version_destroyed' : 'version_not_usable');
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

/**
 * Whether a version may be re-encrypted from, or verified under: as {@link assertDecrypts}, and a compromised one too, since its
 * plaintext does not leave the service.
 *
 * @throws AppError `version_destroyed`, `version_not_usable`.
 */
export function assertOpensInside(version: EncryptionKeyVersionEntity): void {
  if (version.state === 'compromised') return;
  assertDecrypts(version);
}

/**
 * Whether what was sealed under a version may be released, now that the keyset was read again: the version was active or allowed when it
 * sealed, and a rotation since then takes nothing back.
 */
export function hasSealed(
  keyset: { version(id: string): EncryptionKeyVersionEntity | undefined },
  id: string | undefined,
): boolean {
  if (id === undefined) return false;
  try {
    const state = keyset.version(id)?.state;
    return state === 'active' || state === 'deactivated';
  } catch {
    // Its row was changed: what is sealed anew will say so.
    return false;
  }
}
