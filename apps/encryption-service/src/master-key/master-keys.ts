import type { MasterKeyMode } from '@app/contract';
import { type KeyPlace, type StoredKeyRecord, wrappedKeyAlarm } from '@app/crypto';
import { AppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';
import type { EncryptionKeyVersionEntity } from '../keysets/rows/encryption-key-version.entity.js';
import type { ClientMasterKeys } from './client-master-keys.js';
import type { PlatformMasterKeys } from './platform-master-keys.js';

/** Under which master key an encryption is. */
export interface UnderMasterKey {
  readonly mode: MasterKeyMode;
  readonly provider: string | undefined;
}

/** A client's master key, and who brought it. */
export interface BroughtKey {
  readonly clientId: string;
  /** 32 bytes, owned by the request; undefined where the encryption is under a platform master key. */
  readonly key: SecretBytes | undefined;
}

/** The two kinds of master keys behind one door. */
export class MasterKeys {
  constructor(
    readonly platform: PlatformMasterKeys,
    readonly client: ClientMasterKeys,
  ) {}

  /** Wraps a new version's key. @throws AppError `kms_unavailable`, `database_unavailable`, `master_key_required`. */
  async wrap(
    under: UnderMasterKey,
    place: KeyPlace,
    dek: SecretBytes,
    brought: BroughtKey,
  ): Promise<StoredKeyRecord> {
    if (under.mode === 'platform') return this.platform.wrap(under.provider, place, dek);
    return this.client.wrap(place, dek, required(brought));
  }

  /**
   * Opens a stored version's key.
   *
   * @returns the key; the caller disposes of it.
   * @throws AppError `master_key_required`, `master_key_mismatch`, `rate_limited`, `kms_unavailable`, `database_unavailable`, or
   *   `internal` with an alarm.
   */
  async unwrap(
    under: UnderMasterKey,
    version: EncryptionKeyVersionEntity,
    brought: BroughtKey,
  ): Promise<SecretBytes> {
    const { record } = version;
    if (record === undefined) throw wrappedKeyAlarm('a usable version has no record');
    const place = placeOf(version);
    if (under.mode === 'platform') return this.platform.unwrap(place, record);
    return this.client.unwrap(place, record, brought.clientId, required(brought));
  }

  /**
   * Opens a record that was wrapped in this call: what is about to replace the only copy of a key must open to that key.
   *
   * @throws AppError `internal` where it does not; `kms_unavailable`, `database_unavailable`.
   */
  async assertOpens(
    under: UnderMasterKey,
    place: KeyPlace,
    wrapped: { readonly record: StoredKeyRecord; readonly dek: SecretBytes },
    brought: BroughtKey,
  ): Promise<void> {
    const { record, dek } = wrapped;
    using opened =
      under.mode === 'platform'
        ? await this.platform.unwrap(place, record)
        : await this.client.open(place, record, required(brought));
    if (opened.equals(dek)) return;
    throw new AppError('internal', { cause: new Error('a wrapped key opens to another one') });
  }
}

function required({ key }: BroughtKey): SecretBytes {
  if (key === undefined) throw new AppError('master_key_required');
  return key;
}

/** Where a version's key belongs. */
export function placeOf(version: EncryptionKeyVersionEntity): KeyPlace {
  const { tenantId, encryptionId, id, suite } = version;
  return { tenantId, encryptionId, encryptionVersionId: id, suite };
}
