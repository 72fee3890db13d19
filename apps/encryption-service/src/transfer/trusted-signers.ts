import { AppError, invalidField } from '@app/errors';

/** Whose files import takes: this service's own, those of signers that its operator trusts, and of one that the caller names. */
export class TrustedSigners {
  readonly #trusted: ReadonlySet<string>;

  /** @param trusted - fingerprints. */
  constructor(own: string, trusted: readonly string[]) {
    this.#trusted = new Set([own, ...trusted]);
  }

  /**
   * @param fingerprint - of the key that signed.
   * @param named - by the caller, who vouches for it; the audit record says whose file it was.
   * @throws AppError `invalid_request` where the caller names another one, `forbidden` where nobody vouches for it.
   */
  assertTrusted(fingerprint: string, named: string | undefined): void {
    if (named === fingerprint) return;
    if (named !== undefined)
      throw invalidField('signer', 'must be the fingerprint of the key that signed the file');
    if (this.#trusted.has(fingerprint)) return;
    throw new AppError('forbidden', {
      detail:
        'The file is signed by a key that this service does not trust. Compare its fingerprint with the one of the service that exported it, and name it as signer.',
    });
  }
}
