/** Which keys a call names: an encryption, and a version or the active one. */
export interface KeyNames {
  readonly encryptionId: string;
  readonly versionId: string | undefined;
}

const MAX_CLIENTS = 10_000;

/**
 * Which keys each client named last: a guess of what its next call will name, so that they can be read together with the client. Ids
 * alone are kept, and nothing is decided by them; a wrong guess costs one more round trip.
 */
export class LastKeys {
  readonly #byApiKey = new Map<string, KeyNames>();

  of(apiKey: string): KeyNames | undefined {
    return this.#byApiKey.get(apiKey);
  }

  note(apiKey: string, names: KeyNames): void {
    this.#byApiKey.delete(apiKey);
    this.#byApiKey.set(apiKey, names);
    if (this.#byApiKey.size <= MAX_CLIENTS) return;
    const [oldest] = this.#byApiKey.keys();
    if (oldest !== undefined) this.#byApiKey.delete(oldest);
  }
}
