import { deriveVersionKeys, type VersionKeys } from '@app/crypto';
import { type BroughtKey, type MasterKeys, placeOf } from '../../master-key/master-keys.js';
import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import type { KeyCache } from './key-cache.js';

/** Under what the keys of a version are cached: ids are of one tenant. */
export function cacheKeyOf(tenantId: string, versionId: string): string {
  return `${tenantId}/${versionId}`;
}

/** Opens the keys of versions. Those of client mode are opened for each call and never cached. */
export class KeyOpener {
  constructor(
    private readonly masterKeys: MasterKeys,
    private readonly cache: KeyCache,
  ) {}

  /**
   * The keys of a version whose rows have been checked.
   *
   * @throws AppError `master_key_required`, `master_key_mismatch`, `rate_limited`, `kms_unavailable`, `database_unavailable`, or
   *   `internal` with an alarm.
   */
  async open(
    encryption: EncryptionEntity,
    version: EncryptionKeyVersionEntity,
    brought: BroughtKey,
  ): Promise<VersionKeys> {
    const open = (): Promise<VersionKeys> => this.#derive(encryption, version, brought);
    return encryption.mode === 'client'
      ? open()
      : this.cache.get(
          { key: cacheKeyOf(version.tenantId, version.id), encryptionId: encryption.id },
          open,
        );
  }

  async #derive(
    encryption: EncryptionEntity,
    version: EncryptionKeyVersionEntity,
    brought: BroughtKey,
  ): Promise<VersionKeys> {
    using dek = await this.masterKeys.unwrap(encryption, version, brought);
    return deriveVersionKeys(dek, placeOf(version));
  }
}
