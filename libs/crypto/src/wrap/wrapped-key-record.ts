import { decodeBase64, isCanonicalBase64 } from '@app/encoding';

/** The stored form of a wrapped key, `docs/spec/wrapped-key-v1.md`: these members and no others, bytes in base64. */
export interface WrappedKeyRecord {
  readonly v: 1;
  /** The master key that wraps it, as it was configured then. */
  readonly kekUri: string;
  /** Salt, 32 bytes. */
  readonly w: string;
  /** Commitment to master key and place, 32 bytes. */
  readonly com: string;
  /** 12 bytes. */
  readonly nonce: string;
  /** The key's ciphertext with the tag at its end. */
  readonly ct: string;
  /** What a provider made of the wrapping key, where the master key's bytes do not leave it. */
  readonly provided?: string;
}

/** The bytes of a record. */
export interface WrappedKeyParts {
  readonly kekUri: string;
  readonly salt: Buffer;
  readonly commitment: Buffer;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
  readonly provided: Buffer | undefined;
}

/** Bytes of UTF-8 of a kekUri at most; HKDF takes it as part of its info, and Node bounds that. */
export const MAX_KEK_URI_BYTES = 512;

const TAG_BYTES = 16;
const SIZES = { w: 32, com: 32, nonce: 12 } as const;
const REQUIRED = ['v', 'kekUri', 'w', 'com', 'nonce', 'ct'] as const;

function hasMembers(record: object): boolean {
  const provided = Object.hasOwn(record, 'provided') ? 1 : 0;
  return (
    Object.keys(record).length === REQUIRED.length + provided &&
    REQUIRED.every((name) => Object.hasOwn(record, name))
  );
}

function parseBytes(text: unknown): Buffer | undefined {
  return isCanonicalBase64(text) ? decodeBase64(text, 'record') : undefined;
}

function isKekUri(uri: unknown): uri is string {
  // Text with a lone surrogate has no E, and would be the caller's mistake there: here it is a record of another form.
  return (
    typeof uri === 'string' &&
    uri.isWellFormed() &&
    Buffer.byteLength(uri, 'utf8') <= MAX_KEK_URI_BYTES
  );
}

interface Decoded {
  readonly w: Buffer;
  readonly com: Buffer;
  readonly nonce: Buffer;
  readonly ct: Buffer;
}

function decodeFixed(fields: Record<string, unknown>): Decoded | undefined {
  const [w, com, nonce, ct] = [fields['w'], fields['com'], fields['nonce'], fields['ct']].map(
    parseBytes,
  );
  if (w?.length !== SIZES.w || com?.length !== SIZES.com || nonce?.length !== SIZES.nonce)
    return undefined;
  return ct === undefined || ct.length < TAG_BYTES ? undefined : { w, com, nonce, ct };
}

/** Reads a stored record; undefined for anything that is not exactly of this form. */
export function parseWrappedKeyRecord(record: unknown): WrappedKeyParts | undefined {
  if (typeof record !== 'object' || record === null || !hasMembers(record)) return undefined;
  const fields = record as Record<string, unknown>;
  const decoded = decodeFixed(fields);
  const kekUri = fields['kekUri'];
  const provided = parseBytes(fields['provided']);
  if (fields['v'] !== 1 || decoded === undefined || !isKekUri(kekUri)) return undefined;
  if (Object.hasOwn(fields, 'provided') && provided === undefined) return undefined;
  return {
    kekUri,
    salt: decoded.w,
    commitment: decoded.com,
    nonce: decoded.nonce,
    ciphertext: decoded.ct.subarray(0, -TAG_BYTES),
    tag: decoded.ct.subarray(-TAG_BYTES),
    provided,
  };
}
