import type { KeyObject } from 'node:crypto';
import { encodeBase64 } from '@app/encoding';
import { ed25519PublicBytes } from '../hazmat/ed25519.js';
import type { Envelope } from './envelope.js';
import { openReceipt } from './open-receipt.js';
import {
  MAX_NAMED_EXPORTS,
  RECEIPT_PAYLOAD_TYPE,
  type CopyPlace,
  type DestructionInput,
  type PossibleCopy,
} from './receipt.js';
import { assertOpens, signEnvelope } from './sign-envelope.js';

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
 * @throws AppError `internal` where it would not open again.
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
  const encoded = Buffer.from(JSON.stringify(payload));
  const envelope = signEnvelope(identity, RECEIPT_PAYLOAD_TYPE, encoded);
  assertOpens(() => openReceipt(envelope));
  return envelope;
}
