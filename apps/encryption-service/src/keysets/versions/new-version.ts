import type { Clock, Identifiers } from '@app/ambient';
import { generateDek, type SuiteName } from '@app/crypto';
import type { BroughtKey, MasterKeys, UnderMasterKey } from '../../master-key/master-keys.js';
import { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';

/** Where a new version will belong, and what wraps it. */
export interface NewVersionPlace extends UnderMasterKey {
  readonly tenantId: string;
  readonly encryptionId: string;
  readonly suite: SuiteName;
}

/** Makes versions: a random key, wrapped before any transaction begins, since a key service may be slow. */
export class NewVersions {
  constructor(
    private readonly masterKeys: MasterKeys,
    private readonly identifiers: Identifiers,
    private readonly clock: Clock,
  ) {}

  /**
   * An active version with a fresh key, not stored yet; its number is the caller's to set.
   *
   * @throws AppError `kms_unavailable`, `database_unavailable`.
   */
  async make(place: NewVersionPlace, brought: BroughtKey): Promise<EncryptionKeyVersionEntity> {
    const { tenantId, encryptionId, suite } = place;
    const id = this.identifiers.newUuid();
    using dek = await generateDek(suite);
    const keyPlace = { tenantId, encryptionId, encryptionVersionId: id, suite };
    const record = await this.masterKeys.wrap(place, keyPlace, dek, brought);
    const now = this.clock.now();
    return Object.assign(new EncryptionKeyVersionEntity(), {
      tenantId,
      id,
      encryptionId,
      number: 1,
      suite,
      state: 'active',
      record,
      createdAt: now,
      activatedAt: now,
    } satisfies Partial<EncryptionKeyVersionEntity>);
  }
}
