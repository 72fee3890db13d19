/** A signing key as it is stored. */
export interface StoredSigningKey {
  readonly kid: string;
  /** Sealed for its row. */
  readonly privateKey: string;
  readonly isActive: boolean;
}

export abstract class SigningKeyRepository {
  /** All keys whose tokens are still taken. */
  abstract list(): Promise<StoredSigningKey[]>;

  /** Stores the first key; where another replica was quicker, nothing is stored. */
  abstract insertFirst(
    key: { readonly kid: string; readonly privateKey: string },
    at: Date,
  ): Promise<void>;
}
