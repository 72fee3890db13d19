import type { KeyObject } from 'node:crypto';
import { encodeBase64 } from '@app/encoding';
import { ed25519PublicBytes } from '../hazmat/ed25519.js';
import type { SuiteName } from '../suites.js';
import type { Envelope } from './envelope.js';
import { signEnvelope } from './sign-envelope.js';

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

const NOTES: Readonly<Record<CopyPlace, string>> = {
  'database-backups':
    'Backups, archived write-ahead logs, standbys and not yet overwritten pages of the database from before this time hold the wrapped key. With the master key it opens.',
  export:
    'The file that was exported at this time holds the wrapped key. With the master key it opens.',
  'older-exports':
    'More files were exported up to this time than are listed here. Each holds the wrapped key.',
  'process-memory':
    'Processes of the service may have held the key in memory up to this time. A memory image, core dump or swap from before it may hold it in clear.',
};

function copyIn(where: CopyPlace, time: Date): PossibleCopy {
  return { where, time, note: NOTES[where] };
}

function copiesOf({ destroyedAt, exportedAt, forgottenAt }: DestructionInput): PossibleCopy[] {
  const newestFirst = exportedAt.toSorted((a, b) => b.getTime() - a.getTime());
  const [newestUnnamed] = newestFirst.slice(MAX_NAMED_EXPORTS);
  return [
    copyIn('database-backups', destroyedAt),
    ...newestFirst.slice(0, MAX_NAMED_EXPORTS).map((time) => copyIn('export', time)),
    ...(newestUnnamed === undefined ? [] : [copyIn('older-exports', newestUnnamed)]),
    copyIn('process-memory', forgottenAt),
  ];
}

/**
 * Signs that a version's key has been erased, and where copies of it may still be (`docs/spec/receipt-v1.md`). It is called once the
 * erasure is certain to be committed with it.
 *
 * @param identity - the service's key for it. Borrowed.
 */
export function signReceipt(identity: KeyObject, input: DestructionInput): Envelope {
  const { tenantId, encryptionId, encryptionVersionId, number, suite } = input;
  const { scheduledAt, destroyedAt, kekUri } = input;
  const payload = {
    v: 1,
    tenantId: tenantId.toLowerCase(),
    encryptionId: encryptionId.toLowerCase(),
    encryptionVersionId: encryptionVersionId.toLowerCase(),
    number,
    suite,
    scheduledAt,
    destroyedAt,
    kekUri,
    publicKey: encodeBase64(ed25519PublicBytes(identity)),
    copiesMayExist: copiesOf(input),
  };
  return signEnvelope(identity, RECEIPT_PAYLOAD_TYPE, Buffer.from(JSON.stringify(payload)));
}
