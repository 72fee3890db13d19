import type { EntityManager } from 'typeorm';
import type { StoredKeyRecord } from '@app/crypto';
import { inParallel } from '@app/pacing';
import type { ChangedRow } from '../../audit/audit-record.entity.js';
import { changedRow } from '../../integrity/row-seals.js';
import {
  type BroughtKey,
  type MasterKeys,
  placeOf,
  type UnderMasterKey,
} from '../../master-key/master-keys.js';
import { ENCRYPTION_FORMAT, type EncryptionEntity } from '../rows/encryption.entity.js';
import {
  type EncryptionKeyVersionEntity,
  KEY_VERSION_FORMAT,
} from '../rows/encryption-key-version.entity.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';

/** How many keys of one encryption are with a key service at once. */
const MOST_AT_ONCE = 8;

/** The master key that opens an encryption's versions, and the one that is to wrap them. */
export interface MasterKeyChange {
  readonly from: BroughtKey;
  readonly to: UnderMasterKey;
  readonly next: BroughtKey;
}

/** All keys of an encryption, wrapped anew, and nothing stored yet. */
export interface RewrappedKeyset {
  readonly before: EncryptionEntity;
  readonly under: UnderMasterKey;
  /** By version: its new record, and the revision of the row whose key is in it. */
  readonly records: ReadonlyMap<
    string,
    { readonly revision: bigint; readonly record: StoredKeyRecord }
  >;
}

/** Wraps all keys of an encryption under another master key: the one step that every rewrap shares. No blob changes. */
export class RewrapVersions {
  constructor(
    private readonly rows: KeysetRows,
    private readonly masterKeys: MasterKeys,
  ) {}

  /**
   * Opens each key, wraps it anew and looks whether it opens again, before any lock is taken: a key service may be slow.
   *
   * @param versions - all of the encryption, checked; those that have been destroyed have no key and are left as they are.
   * @throws AppError `kms_unavailable`, `master_key_required`, `master_key_mismatch`, `rate_limited`, `database_unavailable`, or
   *   `internal` with an alarm.
   */
  async prepare(
    before: EncryptionEntity,
    versions: readonly EncryptionKeyVersionEntity[],
    { from, to, next }: MasterKeyChange,
  ): Promise<RewrappedKeyset> {
    const withKey = versions.filter(({ record }) => record !== undefined);
    const records = await inParallel(withKey, MOST_AT_ONCE, async (version) => {
      using dek = await this.masterKeys.unwrap(before, version, from);
      const record = await this.masterKeys.wrap(to, placeOf(version), dek, next);
      await this.masterKeys.assertOpens(to, placeOf(version), { record, dek }, next);
      return record;
    });
    return {
      before,
      under: to,
      records: new Map(
        records.map((record, index) => {
          const { id = '', revision = 0n } = withKey[index] ?? {};
          return [id, { revision, record }];
        }),
      ),
    };
  }

  /**
   * Stores the new records inside a change of the tenant, all or none. The encryption's revision grows even where its provider keeps
   * its name: whoever wrapped a key for it before has to begin again.
   *
   * @returns what was changed; undefined where the encryption or one of its versions has changed since {@link prepare}.
   */
  async store(
    manager: EntityManager,
    { before, under, records }: RewrappedKeyset,
    at: Date,
  ): Promise<readonly ChangedRow[] | undefined> {
    const { tenantId, id } = before;
    const encryption = await this.rows.get(manager, tenantId, id);
    const versions = await this.rows.allVersions(manager, { tenantId, encryptionId: id });
    const withKey = versions.filter(({ record }) => record !== undefined);
    const stands =
      encryption.revision === before.revision &&
      withKey.length === records.size &&
      withKey.every((version) => records.get(version.id)?.revision === version.revision);
    if (!stands) return undefined;
    encryption.mode = under.mode;
    encryption.provider = under.provider;
    encryption.updatedAt = at;
    await this.rows.update(manager, encryption);
    for (const version of withKey) version.record = records.get(version.id)?.record;
    await this.rows.updateVersions(manager, tenantId, withKey);
    return [
      changedRow(ENCRYPTION_FORMAT, encryption),
      ...withKey.map((version) => changedRow(KEY_VERSION_FORMAT, version)),
    ];
  }
}
