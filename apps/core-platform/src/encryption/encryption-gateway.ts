import type { Encoding, Page, VersionAnswer } from '@app/contract';
import type { MasterKeyPair } from '@app/encryption-client';
import type { TenantCaller } from '../access/caller.js';

/** What a person stores, on its way through the core's memory. */
export interface Plaintext {
  readonly data: string;
  readonly encoding: Encoding;
}

/** Something, and what its blob is bound to: it opens with exactly the same. */
export type Bound<T> = T & { readonly context: Readonly<Record<string, string>> };

/** Something that an answer can say it was about, where it is one of several. */
export type Named<T> = T & {
  /** A path such as `items[3]`, for the `errors` of a refusal that is due to this one alone. */
  readonly field?: string | undefined;
};

/** A blob as the core stores it, with where it can be opened. */
export interface SealedBlob {
  readonly connectionId: string;
  readonly encryptionId: string;
  readonly encryptionVersionId: string;
  readonly algorithm: string;
  readonly cipherText: Buffer;
  /** The encryption service's own, given back as it came. */
  readonly metadata: Record<string, unknown>;
}

/**
 * The tenant's encryption service, as the rest of the core sees it. Nothing else in the core seals or opens anything.
 *
 * Implementations throw what `passOn` of the encryption client gives: what the tenant's people can act on as the service said it,
 * `encryption_service_unavailable` where trying again may help, else `encryption_service_rejected`. They check the form of what the
 * service answers, keep no plaintext, and neither log it nor put it into an error. What uses keys passes the caller's `X-Master-Key` on,
 * and keeps it nowhere: whether it had to come, and whether it is the right one, is the service's to say.
 */
export abstract class EncryptionGateway {
  /** Seals under the active version of the tenant's current connection. All or none, in order. */
  abstract encrypt(
    plaintexts: readonly Bound<Plaintext>[],
    caller: TenantCaller,
  ): Promise<SealedBlob[]>;

  /** Opens each at the connection that its blob names, which need not be the current one. All or none, in order. */
  abstract decrypt(
    blobs: readonly Named<Bound<SealedBlob>>[],
    caller: TenantCaller,
  ): Promise<Plaintext[]>;

  /**
   * Makes a new active version of the tenant's current encryption.
   *
   * @param once - 1 to 128 visible ASCII characters, new for each version that is meant: a repetition makes no second one.
   * @throws AppError also `unauthenticated`, `not_found` or `forbidden` where the caller may not any more when all is ready.
   */
  abstract rotate(once: string, caller: TenantCaller): Promise<{ readonly newVersionId: string }>;

  /**
   * Wraps every version of the tenant's current encryption under another key of the tenant's own.
   *
   * @throws AppError also `master_key_not_applicable` for a tenant under the platform's master key; `unauthenticated`, `not_found` or
   * `forbidden` where the caller may not any more.
   */
  abstract rewrap(keys: MasterKeyPair, caller: TenantCaller): Promise<void>;

  /**
   * The versions of the tenant's current encryption.
   *
   * @throws AppError also `invalid_request`, naming `cursor`, where the service does not know it.
   */
  abstract listVersions(
    page: { readonly limit: number; readonly cursor: string | undefined },
    caller: TenantCaller,
  ): Promise<Page<VersionAnswer>>;
}
