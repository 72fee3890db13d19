import { AppError, invalidField } from '@app/errors';
import type { KekProvider } from './kek-provider.js';

/** The platform master keys of this process, side by side: new keys go under the default one, old records under the one they name. */
export class KekProviders {
  readonly default: KekProvider;
  readonly #byName: ReadonlyMap<string, KekProvider>;
  readonly #byUri: ReadonlyMap<string, KekProvider>;

  /** @throws AppError `invalid_request` where two have one name or one URI, or none has the name of the default. */
  constructor(providers: readonly KekProvider[], defaultName: string) {
    this.#byName = new Map(providers.map((provider) => [provider.name, provider]));
    this.#byUri = new Map(providers.map((provider) => [provider.uri, provider]));
    if (this.#byName.size !== providers.length)
      throw invalidField('name', 'must be that of one master key only');
    if (this.#byUri.size !== providers.length)
      throw invalidField('uri', 'must be that of one master key only');
    const found = this.#byName.get(defaultName);
    if (found === undefined)
      throw invalidField('default', 'must be the name of a configured master key');
    this.default = found;
  }

  get all(): readonly KekProvider[] {
    return [...this.#byName.values()];
  }

  /** The master key of that name; undefined where none has it. */
  findByName(name: string): KekProvider | undefined {
    return this.#byName.get(name);
  }

  /**
   * The master key that wraps a record.
   *
   * @throws AppError `kms_unavailable` where it is not configured: an operator can cure that, and no key is lost by it.
   */
  getByUri(uri: string): KekProvider {
    const provider = this.#byUri.get(uri);
    if (provider === undefined) {
      throw new AppError('kms_unavailable', {
        cause: new Error(`no configured master key has the URI ${uri}`),
      });
    }
    return provider;
  }

  /** Closes every provider. */
  async close(): Promise<void> {
    await Promise.all(this.all.map((provider) => provider.close()));
  }
}
