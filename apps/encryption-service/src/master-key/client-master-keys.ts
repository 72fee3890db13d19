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
  /** What came of a call's key at each encryption, as long as the call lives: one key is one trial, however many versions it opens. */
  readonly #trials = new WeakMap<SecretBytes, Map<string, Promise<void>>>();

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
   * Opens a version's key, if its client has not guessed wrong too often.
   *
   * @param clientId - who tries the key: wrong ones are slowed for each client.
   * @param masterKey - 32 bytes, the object that this call owns. Borrowed.
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
    const trials = this.#trialsOf(masterKey);
    const known = trials.get(place.encryptionId);
    if (known !== undefined) {
      await known;
      return this.open(place, record, masterKey);
    }
    const trial = this.#try({ ...place, clientId }, () => this.open(place, record, masterKey));
    // Without the key that it opens, which is the caller's. Whoever waits for nothing hears of it from the trial itself.
    const outcome = trial.then(() => undefined);
    outcome.catch(() => undefined);
    trials.set(place.encryptionId, outcome);
    return trial;
  }

  /**
   * Opens a version's key without asking whether it may be tried: for a record that was made in this call.
   *
   * @returns the key; the caller disposes of it.
   * @throws AppError as {@link unwrap}.
   */
  async open(
    place: KeyPlace,
    record: StoredKeyRecord,
    masterKey: SecretBytes,
  ): Promise<SecretBytes> {
    if (!isOuterLocked(record)) throw wrappedKeyAlarm('a key of client mode has no outer lock');
    const outer = await this.outerKeys.get(record.outerKeyId);
    const inner = unlockOuter(outer, place, record);
    using kek = deriveClientKek(masterKey, place);
    return unwrapDek(kek, place, inner, { onMismatch: 'master_key_mismatch' });
  }

  #trialsOf(masterKey: SecretBytes): Map<string, Promise<void>> {
    const known = this.#trials.get(masterKey);
    if (known !== undefined) return known;
    const trials = new Map<string, Promise<void>>();
    this.#trials.set(masterKey, trials);
    return trials;
  }

  async #try(
    trial: KeyPlace & { readonly clientId: string },
    open: () => Promise<SecretBytes>,
  ): Promise<SecretBytes> {
    await this.wrongKeys.assertNotPaused(trial);
    let dek: SecretBytes;
    try {
      dek = await open();
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
