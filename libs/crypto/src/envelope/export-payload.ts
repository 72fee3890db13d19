import type { SuiteName } from '../suites.js';
import type { WrappedKeyRecord } from '../wrap/wrapped-key-record.js';
import type { Envelope } from './envelope.js';

/** The type of an export's payload, `docs/spec/export-v1.md`. */
export const EXPORT_PAYLOAD_TYPE = 'application/vnd.keyward.export.v1+json';

/** Encryptions in one export at most. */
export const MAX_EXPORTED_ENCRYPTIONS = 1000;
/** Versions of one encryption in an export at most, which is also what strict JSON takes in one list. */
export const MAX_EXPORTED_VERSIONS = 10_000;

/** What an export says beside its keys where one of them is under a key of the client. */
export const CLIENT_MODE_WARNING =
  "Keys in client mode are locked by the client's key alone in this file: it is exactly as strong as that key, " +
  'and whoever has the file can try keys without asking anybody.';

/** States of a version that has a key (NIST SP 800-57, part 1, section 7). */
export const STATES_WITH_KEY = [
  'active',
  'suspended',
  'deactivated',
  'compromised',
  'destroyScheduled',
] as const;

interface AnyExportedVersion {
  readonly encryptionVersionId: string;
  /** From 1 on, in the order in which the versions were made. */
  readonly number: number;
  readonly suite: SuiteName;
  readonly createdAt: Date;
  readonly activatedAt?: Date;
  readonly deactivatedAt?: Date;
  /** Messages that may have been sealed under it, streams included. */
  readonly messages: number;
}

/** A version with its key, under the master key alone. */
export interface ExportedKey extends AnyExportedVersion {
  readonly state: (typeof STATES_WITH_KEY)[number];
  /** When the key is to be erased, for the state `destroyScheduled` alone. */
  readonly destroyAt?: Date;
  readonly record: WrappedKeyRecord;
}

/** A version whose key has been erased. */
export interface ExportedReceipt extends AnyExportedVersion {
  readonly state: 'destroyed';
  readonly destroyAt?: Date;
  /** A receipt of `docs/spec/receipt-v1.md`, signed by whichever service erased the key. */
  readonly receipt: Envelope;
}

export type ExportedVersion = ExportedKey | ExportedReceipt;

/** When an encryption rotates by itself. */
export interface ExportedRotation {
  readonly everyDays?: number;
  readonly afterMessages?: number;
}

/** One encryption with all of its versions. */
export interface ExportedEncryption {
  readonly encryptionId: string;
  readonly name?: string;
  /** What the next version is made with. */
  readonly algorithm: SuiteName;
  readonly mode: 'platform' | 'client';
  /** The configured name of the master key's provider, in platform mode. */
  readonly provider?: string;
  readonly rotation?: ExportedRotation;
  readonly olderVersionsEncrypt: boolean;
  readonly versions: readonly ExportedVersion[];
}

/** What an export is made of. */
export interface ExportContent {
  readonly exportedAt: Date;
  readonly tenantId: string;
  readonly encryptions: readonly ExportedEncryption[];
}

/** The payload of an export. Ids are in lower case. */
export interface ExportPayload extends ExportContent {
  /** The signer's 32 bytes. */
  readonly publicKey: Buffer;
  /** For people. */
  readonly warning?: string;
}
