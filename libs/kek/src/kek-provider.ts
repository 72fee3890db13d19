import { randomBytes } from 'node:crypto';
import {
  KEK_BYTES,
  parseWrappedKeyRecord,
  unwrapDek,
  wrapDek,
  wrappedKeyAlarm,
  type KeyPlace,
  type WrapPlace,
  type WrappedKeyRecord,
} from '@app/crypto';
import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import type { KekKind } from './kek-uri.js';

/** A KEK for one record. */
export interface WrappingKey {
  /** 32 bytes, handed over: whoever gets it disposes of it. */
  readonly kek: SecretBytes;
  /** What the provider made of `kek`; absent where the KEK is the master key itself. */
  readonly provided?: Buffer;
}

/** What the platform's health check wraps: a place that no tenant has. */
const PROBE_PLACE: KeyPlace = {
  tenantId: '00000000-0000-0000-0000-000000000000',
  encryptionId: '00000000-0000-0000-0000-000000000000',
  encryptionVersionId: '00000000-0000-0000-0000-000000000000',
  suite: 'AES-256-GCM',
};
const PROBE_BYTES = 32;

/**
 * A platform master key. Callers wrap and unwrap whole records; a provider only hands over the KEK of each, so that none of them can
 * leave out the binding, the commitment or a check. Adding one is a folder beside `local/` and a row of the registry.
 */
export abstract class KekProvider {
  /** The configured name, by which an encryption asks for it. */
  abstract readonly name: string;
  abstract readonly kind: KekKind;
  /** Names this one master key for ever; stored in each record. */
  abstract readonly uri: string;

  /**
   * A KEK for a new record: 32 bytes that this provider can give again from `provided`. The base class disposes of it.
   *
   * Implementations throw `kms_unavailable` for anything that a retry may cure, and must not cache, log or keep a copy of the KEK.
   */
  protected abstract newWrappingKey(place: WrapPlace): Promise<WrappingKey>;

  /**
   * The KEK of a record that {@link KekProvider.newWrappingKey} was asked for. The base class disposes of it.
   *
   * Implementations throw `kms_unavailable` for anything that a retry may cure, and {@link wrappedKeyAlarm} where `provided` is absent,
   * unexpected, changed or of another place.
   */
  protected abstract openWrappingKey(
    place: WrapPlace,
    provided: Buffer | undefined,
  ): Promise<SecretBytes>;

  /**
   * Wraps a version's key, and opens the record again before it answers: a record that does not open is a key that is lost.
   *
   * @param dek - of the suite's length. Borrowed.
   * @throws AppError `kms_unavailable`; `internal` where the record does not open again.
   */
  async wrap(place: WrapPlace, dek: SecretBytes): Promise<WrappedKeyRecord> {
    const record = await this.#wrapOnce(place, dek);
    using opened = await this.unwrap(place, record);
    if (!opened.equals(dek))
      throw wrappedKeyAlarm('a key that was just wrapped opens to another one');
    return record;
  }

  async #wrapOnce(place: WrapPlace, dek: SecretBytes): Promise<WrappedKeyRecord> {
    const { kek, provided } = await this.newWrappingKey(place);
    using owned = kek;
    return wrapDek(owned, this.uri, place, dek, provided);
  }

  /**
   * Opens a stored record of this master key.
   *
   * @returns the version's key, owned by the caller, who disposes of it.
   * @throws AppError `kms_unavailable`; `internal` with an alarm where the record is of another form, another master key or another
   * place, or was changed.
   */
  async unwrap(place: WrapPlace, record: unknown): Promise<SecretBytes> {
    const parts = parseWrappedKeyRecord(record);
    if (parts?.kekUri !== this.uri)
      throw wrappedKeyAlarm('a wrapped key is not of this master key');
    using kek = await this.openWrappingKey(place, parts.provided);
    if (kek.length !== KEK_BYTES) {
      throw new AppError('internal', {
        cause: new RangeError('a provider gave a key of another length'),
      });
    }
    return unwrapDek(kek, place, record);
  }

  /**
   * One round trip with a key that is thrown away.
   *
   * @throws AppError `kms_unavailable` where the provider cannot be reached.
   */
  async checkHealth(): Promise<void> {
    using probe = new SecretBytes(randomBytes(PROBE_BYTES));
    await this.wrap(PROBE_PLACE, probe);
  }

  /** Ends what the provider holds open. Nothing is asked of it afterwards. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
