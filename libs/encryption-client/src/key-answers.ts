import {
  ENCRYPTION_STATES,
  MASTER_KEY_MODES,
  VERSION_STATES,
  type EncryptionAnswer,
  type MasterKeyMode,
  type Page,
  type RotateAnswer,
  type VersionAnswer,
} from '@app/contract';
import {
  type Fields,
  malformed,
  readArray,
  readCount,
  readObject,
  readOneOf,
  readOptionalTime,
  readSameUuid,
  readText,
  readTime,
  readUuid,
} from './fields.js';

/** What a core needs to know of an encryption at a service. */
export interface EncryptionSummary extends Pick<
  EncryptionAnswer,
  'encryptionId' | 'algorithm' | 'state'
> {
  /** Whose master key wraps its versions. */
  readonly mode: MasterKeyMode;
}

const MAX_WORD_LENGTH = 64;
/** What the query of a list takes; another one could not be sent back by the core's callers. */
const CURSOR = /^[A-Za-z0-9_-]+$/;
const MAX_CURSOR_LENGTH = 400;
const MAX_ITEMS = 200;

/** @throws AppError `encryption_service_rejected`. */
export function readRotation(value: unknown): RotateAnswer {
  return { newVersionId: readUuid(readObject(value, 'body'), 'newVersionId') };
}

/** @throws AppError `encryption_service_rejected`, also where it is another encryption than the one that was asked for. */
export function readEncryption(value: unknown, encryptionId: string): EncryptionSummary {
  const answer = readObject(value, 'body');
  return {
    encryptionId: readSameUuid(answer, 'encryptionId', encryptionId),
    algorithm: readText(answer, 'algorithm', MAX_WORD_LENGTH),
    state: readOneOf(answer, 'state', ENCRYPTION_STATES),
    mode: readOneOf(readObject(answer['masterKey'], 'masterKey'), 'mode', MASTER_KEY_MODES),
  };
}

/** @throws AppError `encryption_service_rejected`. */
export function readVersions(value: unknown): Page<VersionAnswer> {
  const answer = readObject(value, 'body');
  const items = readArray(answer['items'], 'items');
  if (items.length > MAX_ITEMS) throw malformed('items');
  const page = { items: items.map((item) => readVersion(readObject(item, 'items'))) };
  return answer['nextCursor'] === undefined
    ? page
    : { ...page, nextCursor: readText(answer, 'nextCursor', MAX_CURSOR_LENGTH, CURSOR) };
}

function readVersion(item: Fields): VersionAnswer {
  const times = {
    activatedAt: readOptionalTime(item, 'activatedAt'),
    deactivatedAt: readOptionalTime(item, 'deactivatedAt'),
    lastUsedAt: readOptionalTime(item, 'lastUsedAt'),
  };
  const known = Object.entries(times).filter(([, time]) => time !== undefined);
  return {
    encryptionVersionId: readUuid(item, 'encryptionVersionId'),
    number: readCount(item, 'number'),
    state: readOneOf(item, 'state', VERSION_STATES),
    algorithm: readText(item, 'algorithm', MAX_WORD_LENGTH),
    createdAt: readTime(item, 'createdAt'),
    messages: readCount(item, 'messages'),
    ...(Object.fromEntries(known) as Partial<Record<keyof typeof times, string>>),
  };
}
