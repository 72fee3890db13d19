import { createSecretKey, type KeyObject } from 'node:crypto';
import { KEK_BYTES, wrappedKeyAlarm, type WrapPlace } from '@app/crypto';
import { invalidField } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { KekProvider, type WrappingKey } from '../kek-provider.js';
import { localKekUri } from '../kek-uri.js';

/** A master key whose bytes this process holds. */
export interface LocalKekOptions {
  /** 1 to 64 letters, digits, dots, underscores and hyphens; never given to another key. */
  readonly name: string;
  /** 32 bytes, handed over: they are overwritten once the provider has its copy. */
  readonly key: SecretBytes;
}

/** A local master key is the KEK of each record itself, so a record has nothing `provided`. */
class LocalKekProvider extends KekProvider {
  readonly kind = 'local';
  readonly name: string;
  readonly uri: string;
  /** Outside of the JavaScript heap for as long as the process lives; each use makes a copy and overwrites it. */
  readonly #key: KeyObject;

  constructor({ name, key }: LocalKekOptions) {
    super();
    this.uri = localKekUri(name);
    if (key.length !== KEK_BYTES) throw invalidField('key', 'must be 32 bytes');
    this.name = name;
    this.#key = createSecretKey(key.expose());
    key.dispose();
  }

  protected override newWrappingKey(): Promise<WrappingKey> {
    return Promise.resolve({ kek: this.#copy() });
  }

  protected override openWrappingKey(
    _place: WrapPlace,
    provided: Buffer | undefined,
  ): Promise<SecretBytes> {
    if (provided !== undefined) {
      return Promise.reject(
        wrappedKeyAlarm('a key under a local master key has something provided'),
      );
    }
    return Promise.resolve(this.#copy());
  }

  #copy(): SecretBytes {
    return new SecretBytes(this.#key.export());
  }
}

/**
 * Opens a local master key.
 *
 * @throws AppError `invalid_request` for a name or a key of another form.
 */
export function openLocalKek(options: LocalKekOptions): Promise<KekProvider> {
  return Promise.resolve(new LocalKekProvider(options));
}
