import type { Clock, Identifiers } from '@app/ambient';
import { generateDek, type SuiteName } from '@app/crypto';
import type { MasterKeys } from '../master-key/master-keys.js';
import { EncryptionKeyVersionEntity } from './encryption-key-version.entity.js';

/** Where a new version will belong. */
export interface NewVersionPlace {
  readonly tenantId: string;
  readonly encryptionId: string;
  readonly suite: SuiteName;
  readonly provider: string | undefined;
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
   * @throws AppError `kms_unavailable`.
   */
  async make(place: NewVersionPlace): Promise<EncryptionKeyVersionEntity> {
    const { tenantId, encryptionId, suite, provider } = place;
    const id = this.identifiers.newUuid();
    using dek = generateDek(suite);
    const record = await this.masterKeys.wrap(
      provider,
      { tenantId, encryptionId, encryptionVersionId: id, suite },
      dek,
    );
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
