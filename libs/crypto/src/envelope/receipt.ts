import type { SuiteName } from '../suites.js';

/** The type of a receipt's payload, `docs/spec/receipt-v1.md`. */
export const RECEIPT_PAYLOAD_TYPE = 'application/vnd.keyward.destruction-receipt.v1+json';

/** Exports that one receipt names at most; of more it names the newest, and says that there were others. */
export const MAX_NAMED_EXPORTS = 1000;

/** Where a copy of an erased key may still be. */
export type CopyPlace = 'database-backups' | 'export' | 'older-exports' | 'process-memory';

/** One kind of copy that this service cannot erase, with the time that bounds it. */
export interface PossibleCopy {
  readonly where: CopyPlace;
  /** `database-backups`, `older-exports`: made before this time. `export`: made at it. `process-memory`: held up to it. */
  readonly time: Date;
  /** For people: what to do about it. */
  readonly note: string;
}

/** What is known of a key that was erased. */
export interface DestructionFacts {
  readonly tenantId: string;
  readonly encryptionId: string;
  readonly encryptionVersionId: string;
  readonly number: number;
  readonly suite: SuiteName;
  /** When somebody asked for it. */
  readonly scheduledAt: Date;
  readonly destroyedAt: Date;
  /** The master key that wrapped it last. */
  readonly kekUri: string;
}

/** What a receipt is made of. */
export interface DestructionInput extends DestructionFacts {
  /** When exports with this version were made, as far as the audit log tells. */
  readonly exportedAt: readonly Date[];
  /** From when on no process of the service holds the key any more, caches and their longest life included. */
  readonly forgottenAt: Date;
}

/** The payload of a receipt. Ids are in lower case. */
export interface ReceiptPayload extends DestructionFacts {
  /** The signer's 32 bytes. */
  readonly publicKey: Buffer;
  readonly copiesMayExist: readonly PossibleCopy[];
}
