import { decodeBase64, isCanonicalBase64, isUuid } from '@app/encoding';
import { CLIENT_KEK_URI } from './client-kek.js';
import type { WrappedKeyRecord } from './wrapped-key-record.js';

/** A wrapped key of client mode as it is stored: the client's record under a second lock, which is the service's own. */
export interface OuterLockedRecord {
  readonly v: 1;
  /** `client:` always. */
  readonly kekUri: string;
  /** The outer key that locks it; a UUID in lower case. */
  readonly outerKeyId: string;
  /** 12 bytes. */
  readonly outerNonce: string;
  /** The ciphertext of the client's record with the tag at its end. */
  readonly outer: string;
}

/** What a row of a version holds: one lock in platform mode, two in client mode. */
export type StoredKeyRecord = WrappedKeyRecord | OuterLockedRecord;

/** The bytes of a record under the second lock. */
export interface OuterLockedParts {
  readonly kekUri: string;
  readonly outerKeyId: string;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MEMBERS = ['v', 'kekUri', 'outerKeyId', 'outerNonce', 'outer'] as const;

/** Whether a stored record has the second lock. It says nothing of whether the record is well formed. */
export function isOuterLocked(record: StoredKeyRecord): record is OuterLockedRecord {
  return Object.hasOwn(record, 'outer');
}

function hasMembers(record: object): boolean {
  return (
    Object.keys(record).length === MEMBERS.length &&
    MEMBERS.every((name) => Object.hasOwn(record, name))
  );
}

function parseBytes(text: unknown): Buffer | undefined {
  return isCanonicalBase64(text) ? decodeBase64(text, 'record') : undefined;
}

function isLowerUuid(id: unknown): id is string {
  return isUuid(id) && id === id.toLowerCase();
}

function parseSealed(text: unknown): Pick<OuterLockedParts, 'ciphertext' | 'tag'> | undefined {
  const sealed = parseBytes(text);
  if (sealed === undefined || sealed.length < TAG_BYTES) return undefined;
  return { ciphertext: sealed.subarray(0, -TAG_BYTES), tag: sealed.subarray(-TAG_BYTES) };
}

/** Reads a stored record of client mode; undefined for anything that is not exactly of this form. */
export function parseOuterLockedRecord(record: unknown): OuterLockedParts | undefined {
  if (typeof record !== 'object' || record === null || !hasMembers(record)) return undefined;
  const { v, kekUri, outerKeyId, outerNonce, outer } = record as Record<string, unknown>;
  if (v !== 1 || kekUri !== CLIENT_KEK_URI || !isLowerUuid(outerKeyId)) return undefined;
  const [nonce, sealed] = [parseBytes(outerNonce), parseSealed(outer)];
  if (nonce?.length !== NONCE_BYTES || sealed === undefined) return undefined;
  return { kekUri, outerKeyId, nonce, ...sealed };
}
