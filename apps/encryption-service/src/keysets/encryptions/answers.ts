import type { EncryptionAnswer, Rotation, SignedEnvelope, VersionAnswer } from '@app/contract';
import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import type { MessageCountEntity } from '../rows/message-count.entity.js';

/** An encryption as the wire shows it. */
export function toEncryptionAnswer(
  row: EncryptionEntity,
  activeVersionId: string | undefined,
): EncryptionAnswer {
  const { name, provider } = row;
  const rotation = rotationOf(row);
  return {
    encryptionId: row.id,
    ...(name === undefined ? {} : { name }),
    algorithm: row.algorithm,
    state: row.state,
    masterKey: { mode: row.mode, ...(provider === undefined ? {} : { provider }) },
    ...(rotation === undefined ? {} : { rotation }),
    olderVersionsEncrypt: row.olderVersionsEncrypt,
    ...(activeVersionId === undefined ? {} : { activeVersionId }),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function rotationOf({ everyDays, afterMessages }: EncryptionEntity): Rotation | undefined {
  if (everyDays === undefined && afterMessages === undefined) return undefined;
  return {
    ...(everyDays === undefined ? {} : { everyDays }),
    ...(afterMessages === undefined ? {} : { afterMessages: Number(afterMessages) }),
  };
}

function timeField<K extends string>(name: K, time: Date | undefined): Partial<Record<K, string>> {
  return time === undefined ? {} : ({ [name]: time.toISOString() } as Record<K, string>);
}

/** A version as the wire shows it. */
export function toVersionAnswer(
  row: EncryptionKeyVersionEntity,
  count: MessageCountEntity | undefined,
): VersionAnswer {
  return {
    encryptionVersionId: row.id,
    number: row.number,
    state: row.state,
    algorithm: row.suite,
    createdAt: row.createdAt.toISOString(),
    ...timeField('activatedAt', row.activatedAt),
    ...timeField('deactivatedAt', row.deactivatedAt),
    messages: Number(count?.messages ?? 0n),
    ...timeField('lastUsedAt', count?.lastUsedAt),
    ...timeField('destroyAt', row.destroyAt),
    ...(row.receipt === undefined ? {} : { receipt: row.receipt as SignedEnvelope }),
  };
}
