import {
  deriveClientKek,
  type ExportedEncryption,
  type ExportedKey,
  type KeyPlace,
  lockOuter,
  type StoredKeyRecord,
  unwrapDek,
} from '@app/crypto';
import { AppError, toAppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';
import { inParallel } from '@app/pacing';
import type { MasterKeys } from '../master-key/master-keys.js';
import type { OuterKeys } from '../master-key/outer-keys.js';
import type { KeysHere } from './imported-keyset.js';

/** How many keys of one file are with a key service at once. */
const MOST_AT_ONCE = 8;

/** An encryption of a file, and whose it is. */
export interface FromFile {
  readonly tenantId: string;
  readonly exported: ExportedEncryption;
}

/** A record of a file that does not open accuses nobody of changing the database: it is the wrong file or the wrong master key. */
function withoutAlarm(thrown: unknown): AppError {
  const error = toAppError(thrown);
  return error.alarm === undefined ? error : new AppError('master_key_mismatch', { cause: error });
}

function placeIn({ tenantId, exported }: FromFile, version: ExportedKey): KeyPlace {
  const { encryptionVersionId, suite } = version;
  return { tenantId, encryptionId: exported.encryptionId, encryptionVersionId, suite };
}

function withKeys({ versions }: ExportedEncryption): ExportedKey[] {
  return versions.filter((version): version is ExportedKey => version.state !== 'destroyed');
}

/** What becomes of a file's keys here: those under a platform master key must open, those of client mode get the service's own lock. */
export class KeysOfFile {
  constructor(
    private readonly masterKeys: MasterKeys,
    private readonly outerKeys: OuterKeys,
  ) {}

  /**
   * @param clientKey - in client mode, if it came: then the records must open with it. Borrowed.
   * @throws AppError `master_key_mismatch` where a record does not open, or is under a master key that is not configured here;
   *   `kms_unavailable`, `database_unavailable`.
   */
  async take(file: FromFile, clientKey: SecretBytes | undefined): Promise<KeysHere> {
    const { mode } = file.exported;
    return mode === 'platform' ? this.#ofPlatform(file) : this.#ofClient(file, clientKey);
  }

  async #ofPlatform(file: FromFile): Promise<KeysHere> {
    const keys = withKeys(file.exported);
    for (const { record } of keys) this.#nameOf(record.kekUri);
    await inParallel(keys, MOST_AT_ONCE, async (version) => {
      try {
        const dek = await this.masterKeys.platform.unwrap(placeIn(file, version), version.record);
        dek.dispose();
      } catch (thrown) {
        throw withoutAlarm(thrown);
      }
    });
    return {
      provider: this.#providerOf(file.exported, keys),
      records: new Map(
        keys.map(({ encryptionVersionId, record }) => [encryptionVersionId, record]),
      ),
    };
  }

  /** New versions go under the same master key, whatever it is called here; without any key left, under the one of that name. */
  #providerOf({ provider }: ExportedEncryption, keys: readonly ExportedKey[]): string {
    const newest = keys.toSorted((a, b) => a.number - b.number).at(-1);
    if (newest !== undefined) return this.#nameOf(newest.record.kekUri);
    const { platform } = this.masterKeys;
    return platform.hasName(provider) ? platform.nameOf(provider) : platform.nameOf(undefined);
  }

  #nameOf(kekUri: string): string {
    const name = this.masterKeys.platform.findNameByUri(kekUri);
    if (name !== undefined) return name;
    throw new AppError('master_key_mismatch', {
      detail: 'Keys of the file are under a master key that is not configured at this service.',
    });
  }

  async #ofClient(file: FromFile, clientKey: SecretBytes | undefined): Promise<KeysHere> {
    const records = new Map<string, StoredKeyRecord>();
    const outer = await this.outerKeys.current();
    for (const version of withKeys(file.exported)) {
      const place = placeIn(file, version);
      if (clientKey !== undefined) assertOpens(clientKey, place, version);
      records.set(version.encryptionVersionId, lockOuter(outer, place, version.record));
    }
    return { provider: undefined, records };
  }
}

function assertOpens(clientKey: SecretBytes, place: KeyPlace, { record }: ExportedKey): void {
  try {
    using kek = deriveClientKek(clientKey, place);
    unwrapDek(kek, place, record, { onMismatch: 'master_key_mismatch' }).dispose();
  } catch (thrown) {
    throw withoutAlarm(thrown);
  }
}
