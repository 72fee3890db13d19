import { type KeyPlace, wrappedKeyAlarm, type WrappedKeyRecord } from '@app/crypto';
import { AppError, invalidField } from '@app/errors';
import type { KekProviders } from '@app/kek';
import type { SecretBytes } from '@app/secret';
import { isOuterLocked, type StoredKeyRecord } from '@app/crypto';

/** The platform's master keys: which one wraps a new version, and which one opens a stored one. */
export class PlatformMasterKeys {
  readonly #providers: KekProviders;

  constructor(providers: KekProviders) {
    this.#providers = providers;
  }

  /**
   * The configured name to store for an encryption.
   *
   * @param field - where the name stands in the request.
   * @throws AppError `invalid_request` for a name that is not configured.
   */
  nameOf(provider: string | undefined, field = 'masterKey.provider'): string {
    if (provider === undefined) return this.#providers.default.name;
    if (this.#providers.findByName(provider) === undefined) {
      throw invalidField(field, 'is not the name of a configured provider');
    }
    return provider;
  }

  hasName(provider: string | undefined): boolean {
    return provider !== undefined && this.#providers.findByName(provider) !== undefined;
  }

  /** The configured name of the master key with this URI; undefined where none has it. */
  findNameByUri(uri: string): string | undefined {
    return this.#providers.all.find((provider) => provider.uri === uri)?.name;
  }

  /** Wraps a new version's key. @throws AppError `kms_unavailable`, also where the provider is not configured any more. */
  async wrap(
    provider: string | undefined,
    place: KeyPlace,
    dek: SecretBytes,
  ): Promise<WrappedKeyRecord> {
    const found =
      provider === undefined ? this.#providers.default : this.#providers.findByName(provider);
    if (found === undefined) {
      throw new AppError('kms_unavailable', {
        cause: new Error('the provider of an encryption is not configured'),
      });
    }
    return found.wrap(place, dek);
  }

  /**
   * Opens a stored version's key, by the master key that its record names.
   *
   * @returns the key; the caller disposes of it.
   * @throws AppError `kms_unavailable`, or `internal` with an alarm.
   */
  async unwrap(place: KeyPlace, record: StoredKeyRecord): Promise<SecretBytes> {
    if (isOuterLocked(record)) throw wrappedKeyAlarm('a key under a platform master key is locked');
    return this.#providers.getByUri(record.kekUri).unwrap(place, record);
  }
}
