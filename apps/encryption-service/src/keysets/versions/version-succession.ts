import type { EntityManager } from 'typeorm';
import type { SuiteName } from '@app/crypto';
import { AppError } from '@app/errors';
import type { ChangedRow } from '../../audit/audit-record.entity.js';
import { changedRow } from '../../integrity/row-seals.js';
import type { BroughtKey, MasterKeys } from '../../master-key/master-keys.js';
import { ENCRYPTION_FORMAT, type EncryptionEntity } from '../rows/encryption.entity.js';
import {
  type EncryptionKeyVersionEntity,
  KEY_VERSION_FORMAT,
} from '../rows/encryption-key-version.entity.js';
import { assertRenewable } from './key-version-state.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { NewVersions } from './new-version.js';

/** A new version whose key is wrapped, and what it was wrapped for. */
export interface Successor {
  readonly version: EncryptionKeyVersionEntity;
  /** The encryption as it was read before. */
  readonly before: EncryptionEntity;
  /** The algorithm of this version and those after it. */
  readonly suite: SuiteName;
  readonly whileDisabled: boolean;
}

/** What is asked of a new version beyond that it follows. */
export interface Wanted {
  /** Another algorithm than the encryption's. */
  readonly suite?: SuiteName | undefined;
  /** Also where the encryption is disabled: what was stolen must not stay active for it. Nothing is released by it. */
  readonly whileDisabled?: boolean;
}

/** What a succession changed. */
export interface Succession {
  readonly version: EncryptionKeyVersionEntity;
  readonly revisions: readonly ChangedRow[];
}

/** One active version follows another: the one step that rotation, renewal, compromise and import share. */
export class VersionSuccession {
  constructor(
    private readonly rows: KeysetRows,
    private readonly newVersions: NewVersions,
    private readonly masterKeys: MasterKeys,
  ) {}

  /**
   * Makes the next version, before any lock is taken. In client mode the key that is brought must be the one that wraps the others: a
   * version under another key would lock its owner out.
   *
   * @throws AppError `encryption_disabled`, `version_not_usable`, `version_destroyed`, `kms_unavailable`, `master_key_mismatch`,
   *   `rate_limited`.
   */
  async prepare(
    before: EncryptionEntity,
    witness: EncryptionKeyVersionEntity | undefined,
    brought: BroughtKey,
    { suite = before.algorithm as SuiteName, whileDisabled = false }: Wanted = {},
  ): Promise<Successor> {
    assertSucceedable(before, whileDisabled);
    if (before.mode === 'client' && witness !== undefined) {
      const dek = await this.masterKeys.unwrap(before, witness, brought);
      dek.dispose();
    }
    const { tenantId, id: encryptionId, mode, provider } = before;
    const place = { tenantId, encryptionId, suite, mode, provider };
    const version = await this.newVersions.make(place, brought);
    return { version, before, suite, whileDisabled };
  }

  /**
   * Makes the new version the active one, inside a change of the tenant; the one before it is deactivated.
   *
   * @throws AppError `conflict` where the encryption was put under another master key or algorithm meanwhile.
   */
  async succeed(
    manager: EntityManager,
    { before, version, suite, whileDisabled }: Successor,
  ): Promise<Succession> {
    const place = { tenantId: before.tenantId, encryptionId: before.id };
    const encryption = await this.rows.get(manager, before.tenantId, before.id);
    assertSucceedable(encryption, whileDisabled);
    // The key was wrapped before the lock was taken: by another master key it would be a rewrap undone.
    if (encryption.revision !== before.revision && !isUnderSame(encryption, before))
      throw new AppError('conflict');
    const changed = [];
    const old = await this.rows.findActive(manager, place);
    if (old !== undefined) {
      old.state = 'deactivated';
      old.deactivatedAt = version.createdAt;
      await this.rows.updateVersion(manager, old);
      changed.push(changedRow(KEY_VERSION_FORMAT, old));
    }
    version.number = (await this.rows.lastNumber(manager, place)) + 1;
    await this.rows.insertVersion(manager, version);
    changed.push(changedRow(KEY_VERSION_FORMAT, version));
    if (encryption.algorithm !== suite) {
      encryption.algorithm = suite;
      encryption.updatedAt = version.createdAt;
      await this.rows.update(manager, encryption);
      changed.push(changedRow(ENCRYPTION_FORMAT, encryption));
    }
    return { version, revisions: changed };
  }
}

function assertSucceedable(encryption: EncryptionEntity, whileDisabled: boolean): void {
  if (encryption.state !== 'disabled' || !whileDisabled) assertRenewable(encryption);
}

/** In client mode nothing in the row tells one key of the client from another; a rewrap raises the revision. */
function isUnderSame(a: EncryptionEntity, b: EncryptionEntity): boolean {
  if (a.mode === 'client') return false;
  return a.mode === b.mode && a.provider === b.provider && a.algorithm === b.algorithm;
}
