import {
  CLIENT_KEK_URI,
  deriveClientKek,
  isOuterLocked,
  type KeyPlace,
  lockOuter,
  type OuterLockedRecord,
  type StoredKeyRecord,
  unlockOuter,
  unwrapDek,
  wrapDek,
  wrappedKeyAlarm,
} from '@app/crypto';
import { toAppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';
import type { OuterKeys } from './outer-keys.js';
import type { WrongKeys } from './wrong-keys.js';

/** Clients' own master keys: each comes with a call, opens what it wraps, and is gone with the call. */
export class ClientMasterKeys {
  constructor(
    private readonly outerKeys: OuterKeys,
    private readonly wrongKeys: WrongKeys,
  ) {}

  /**
   * Wraps a version's key under a client's key, and locks it once more under the service's own.
   *
   * @param masterKey - 32 bytes. Borrowed.
   * @throws AppError `kms_unavailable`, `database_unavailable`.
   */
  async wrap(
    place: KeyPlace,
    dek: SecretBytes,
    masterKey: SecretBytes,
  ): Promise<OuterLockedRecord> {
    const outer = await this.outerKeys.current();
    using kek = deriveClientKek(masterKey, place);
    return lockOuter(outer, place, wrapDek(kek, CLIENT_KEK_URI, place, dek));
  }

  /**
   * Opens a version's key.
   *
   * @param clientId - who tries the key: wrong ones are slowed for each client.
   * @param masterKey - 32 bytes. Borrowed.
   * @returns the key; the caller disposes of it.
   * @throws AppError `master_key_mismatch`, `rate_limited`, `kms_unavailable`, `database_unavailable`; `internal` with an alarm where
   *   the stored record was changed.
   */
  async unwrap(
    place: KeyPlace,
    record: StoredKeyRecord,
    clientId: string,
    masterKey: SecretBytes,
  ): Promise<SecretBytes> {
    if (!isOuterLocked(record)) throw wrappedKeyAlarm('a key of client mode has no outer lock');
    const outer = await this.outerKeys.get(record.outerKeyId);
    const inner = unlockOuter(outer, place, record);
    const trial = { ...place, clientId };
    let dek: SecretBytes;
    try {
      using kek = deriveClientKek(masterKey, place);
      dek = unwrapDek(kek, place, inner, { onMismatch: 'master_key_mismatch' });
    } catch (thrown) {
      if (toAppError(thrown).code === 'master_key_mismatch')
        await this.wrongKeys.tried(trial, false);
      throw thrown;
    }
    try {
      await this.wrongKeys.tried(trial, true);
      return dek;
    } catch (thrown) {
      dek.dispose();
      throw thrown;
    }
  }
}
