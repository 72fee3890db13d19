import { encodeMembers, splitMembers } from '@app/encoding';
import { OAEP_BYTES } from '../hazmat/rsa-oaep.js';
import type { Suite } from '../suites.js';
import type { SealedMessage } from './message-cipher.js';

/** What of a message is in `cipherText`. */
export type BlobBody = Omit<SealedMessage, 'tag'>;

/** Sealed key and ciphertext. */
const MEMBERS = 2;

/** The bytes of `cipherText`: the ciphertext, or E(sealed key, ciphertext) where the message has a key of its own. */
export function encodeBody({ sealedKey, ciphertext }: BlobBody): Buffer {
  return sealedKey === undefined ? ciphertext : encodeMembers(sealedKey, ciphertext);
}

/** Reads the bytes of `cipherText`, as views of them; undefined where they have not the form that the suite asks for. */
export function parseBody(suite: Suite, body: Buffer): BlobBody | undefined {
  if (!suite.hasMessageKeys) return { ciphertext: body };
  const [sealedKey, ciphertext] = splitMembers(body, MEMBERS) ?? [];
  if (sealedKey?.length !== OAEP_BYTES || ciphertext === undefined) return undefined;
  return { sealedKey, ciphertext };
}
