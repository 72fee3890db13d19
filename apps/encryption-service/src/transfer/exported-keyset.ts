import {
  type Envelope,
  type ExportedEncryption,
  type ExportedVersion,
  isOuterLocked,
  openReceipt,
  type OuterKey,
  type SuiteName,
  unlockOuter,
  wrappedKeyAlarm,
  type WrappedKeyRecord,
} from '@app/crypto';
import { AppError } from '@app/errors';
import type { EncryptionEntity } from '../keysets/rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../keysets/rows/encryption-key-version.entity.js';
import type { MessageCountEntity } from '../keysets/rows/message-count.entity.js';
import { placeOf } from '../master-key/master-keys.js';

/** One encryption with all that its export is made of; its rows have been checked. */
export interface KeysetToExport {
  readonly encryption: EncryptionEntity;
  readonly versions: readonly EncryptionKeyVersionEntity[];
  readonly counts: ReadonlyMap<string, MessageCountEntity>;
}

/** The word of the alarm that a stored receipt raises whose signature does not fit. */
const RECEIPT_ALARM = 'receipt_integrity';

/** A record names an outer key that was not at hand: it was locked anew since. */
export class OuterKeyMissing extends Error {}

/** The record without the service's own lock, which is not for other services. */
function recordOf(
  version: EncryptionKeyVersionEntity,
  outerKeys: ReadonlyMap<string, OuterKey>,
): WrappedKeyRecord {
  const { record } = version;
  if (record === undefined) throw wrappedKeyAlarm('a version with a key has no record');
  if (!isOuterLocked(record)) return record;
  const outer = outerKeys.get(record.outerKeyId);
  if (outer === undefined) throw new OuterKeyMissing();
  return unlockOuter(outer, placeOf(version), record);
}

/** A receipt has no MAC besides its signature. By which service it is signed does not matter: it may have come with an import. */
function receiptOf(version: EncryptionKeyVersionEntity): Envelope {
  try {
    const { payload } = openReceipt(version.receipt);
    if (payload.encryptionVersionId === version.id) return version.receipt as Envelope;
  } catch (cause) {
    throw new AppError('internal', { alarm: RECEIPT_ALARM, cause });
  }
  const cause = new Error('the receipt of a version is of another one');
  throw new AppError('internal', { alarm: RECEIPT_ALARM, cause });
}

function versionOf(
  version: EncryptionKeyVersionEntity,
  count: MessageCountEntity | undefined,
  outerKeys: ReadonlyMap<string, OuterKey>,
): ExportedVersion {
  const { id, number, suite, state, createdAt, activatedAt, deactivatedAt, destroyAt } = version;
  const common = {
    encryptionVersionId: id,
    number,
    suite,
    createdAt,
    ...(activatedAt === undefined ? {} : { activatedAt }),
    ...(deactivatedAt === undefined ? {} : { deactivatedAt }),
    ...(destroyAt === undefined ? {} : { destroyAt }),
    messages: Number(count?.messages ?? 0n),
  };
  return state === 'destroyed'
    ? { ...common, state, receipt: receiptOf(version) }
    : { ...common, state, record: recordOf(version, outerKeys) };
}

/**
 * An encryption as it goes into an export.
 *
 * @param outerKeys - by id. Borrowed.
 * @throws OuterKeyMissing; AppError `internal` with an alarm where a record was changed.
 */
export function toExported(
  { encryption, versions, counts }: KeysetToExport,
  outerKeys: ReadonlyMap<string, OuterKey>,
): ExportedEncryption {
  const { id, name, algorithm, mode, provider, everyDays, afterMessages } = encryption;
  const rotation = {
    ...(everyDays === undefined ? {} : { everyDays }),
    ...(afterMessages === undefined ? {} : { afterMessages: Number(afterMessages) }),
  };
  return {
    encryptionId: id,
    ...(name === undefined ? {} : { name }),
    algorithm: algorithm as SuiteName,
    mode,
    ...(provider === undefined ? {} : { provider }),
    ...(Object.keys(rotation).length === 0 ? {} : { rotation }),
    olderVersionsEncrypt: encryption.olderVersionsEncrypt,
    versions: versions.map((version) => versionOf(version, counts.get(version.id), outerKeys)),
  };
}
