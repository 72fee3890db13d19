import {
  CLIENT_KEK_URI,
  deriveClientKek,
  deriveVersionKeys,
  unwrapDek,
  type ExportedEncryption,
  type ExportedKey,
  type ExportPayload,
  type KeyPlace,
  type VersionKeys,
} from '@app/crypto';
import { AppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';

/** What of an export a version's key is unwrapped with. */
interface Located {
  readonly encryption: ExportedEncryption;
  readonly version: ExportedKey;
}

/** The keys of an export, each unwrapped when a blob first needs it. What state a version is in does not matter here. */
export class RecoveryKeys {
  readonly #payload: ExportPayload;
  readonly #masterKey: SecretBytes;
  readonly #encryptions: ReadonlyMap<string, ExportedEncryption>;
  readonly #opened = new Map<string, VersionKeys>();

  /** @param masterKey - 32 bytes: a local master key, or what a client sends as `X-Master-Key`. Borrowed. */
  constructor(payload: ExportPayload, masterKey: SecretBytes) {
    this.#payload = payload;
    this.#masterKey = masterKey;
    this.#encryptions = new Map(payload.encryptions.map((one) => [one.encryptionId, one]));
  }

  /**
   * The keys of a version, owned by this object.
   *
   * @throws AppError `not_found` where the export does not have it; `version_destroyed`; `master_key_mismatch` where the master key does
   * not open it.
   */
  keysOf(encryptionId: string, encryptionVersionId: string): VersionKeys {
    const located = this.#find(encryptionId, encryptionVersionId);
    const known = this.#opened.get(encryptionVersionId);
    if (known !== undefined) return known;
    const keys = this.#open(located);
    this.#opened.set(encryptionVersionId, keys);
    return keys;
  }

  dispose(): void {
    for (const keys of this.#opened.values()) keys.dispose();
    this.#opened.clear();
  }

  #find(encryptionId: string, encryptionVersionId: string): Located {
    const encryption = this.#encryptions.get(encryptionId);
    const version = encryption?.versions.find(
      (candidate) => candidate.encryptionVersionId === encryptionVersionId,
    );
    if (encryption === undefined || version === undefined) throw new AppError('not_found');
    if (version.state === 'destroyed') throw new AppError('version_destroyed');
    return { encryption, version };
  }

  #open({ encryption, version }: Located): VersionKeys {
    const { encryptionVersionId, suite, record } = version;
    const { tenantId } = this.#payload;
    const place = { tenantId, encryptionId: encryption.encryptionId, encryptionVersionId, suite };
    const dek = this.#unwrap(place, record);
    try {
      return deriveVersionKeys(dek, place);
    } finally {
      dek.dispose();
    }
  }

  #unwrap(place: KeyPlace, record: ExportedKey['record']): SecretBytes {
    const isClients = record.kekUri === CLIENT_KEK_URI;
    // A provider that keeps its key made the KEK of this record: no key in a file opens it.
    if (record.provided !== undefined) throw new AppError('master_key_mismatch');
    const kek = isClients ? deriveClientKek(this.#masterKey, place) : this.#masterKey;
    try {
      return unwrapDek(kek, place, record, { onMismatch: 'master_key_mismatch' });
    } catch (cause) {
      // Nothing is stored here: a record that was changed is no alarm, it just does not open.
      throw new AppError('master_key_mismatch', { cause });
    } finally {
      if (isClients) kek.dispose();
    }
  }
}
