import { encodeMembers, uuidBytes } from '@app/encoding';
import { hmacSha256 } from '../hazmat/hmac.js';
import type { BlobEncoding, SealedKind } from './blob-metadata.js';
import type { VersionKeys } from './version-keys.js';

/** What a blob or a stream is bound to, beside its version's place and its context. */
export interface BlobBinding {
  readonly kind: SealedKind;
  readonly encoding: BlobEncoding;
  readonly origin?: string | undefined;
}

/** AAD of `docs/spec/blob-v1.md`. `context` is C, as `encodeContext` makes it. */
export function encodeAssociatedData(
  keys: VersionKeys,
  binding: BlobBinding,
  context: Buffer,
): Buffer {
  const { kind, encoding, origin } = binding;
  const originBytes = origin === undefined ? undefined : uuidBytes(origin);
  return Buffer.concat([
    keys.associatedDataPrefix(kind),
    encodeMembers(encoding, originBytes, context),
  ]);
}

/**
 * The commitment to key, nonce and AAD, and to the message's sealed key where it has one, 32 bytes: with it a blob opens under one key
 * only, and a wrong key or context is found before a cipher is set up. It does not cover the ciphertext; the cipher's tag does.
 */
export function commit(
  keys: VersionKeys,
  nonce: Buffer,
  aad: Buffer,
  sealedKey: Buffer | undefined,
): Buffer {
  const members = sealedKey === undefined ? [nonce, aad] : [nonce, aad, sealedKey];
  return hmacSha256(keys.derived.commitment, encodeMembers('keyward/v1/blob/commit', ...members));
}
