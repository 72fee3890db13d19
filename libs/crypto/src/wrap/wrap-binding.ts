import type { KeyObject } from 'node:crypto';
import { encodeMembers, uuidBytes } from '@app/encoding';
import type { SecretBytes } from '@app/secret';
import { deriveKey, hkdf } from '../hazmat/hkdf.js';
import type { WrapPlace } from '../key-place.js';

/**
 * B of `docs/spec/wrapped-key-v1.md`: what a wrapped key is bound to. A provider whose service takes associated data gives it these
 * bytes.
 *
 * @param kekUri - the configured URI of the master key as it stands.
 */
export function encodeWrapBinding(place: WrapPlace, kekUri: string): Buffer {
  if ('outerKeyId' in place) {
    return encodeMembers('keyward/v1/wrap-outer', uuidBytes(place.outerKeyId), kekUri);
  }
  return encodeMembers(
    'keyward/v1/wrap',
    uuidBytes(place.tenantId),
    uuidBytes(place.encryptionId),
    uuidBytes(place.encryptionVersionId),
    place.suite,
    kekUri,
  );
}

/** What one record is made with: K, which encrypts, and com, which commits to the KEK. */
export interface WrapKeys {
  readonly encryption: KeyObject;
  /** 32 bytes; no secret, it is stored. */
  readonly commitment: Buffer;
}

/** Derives K and com from the KEK, the record's salt and B. */
export function deriveWrapKeys(kek: SecretBytes, salt: Buffer, binding: Buffer): WrapKeys {
  const ikm = kek.expose();
  return {
    encryption: deriveKey(ikm, encodeMembers('enc', binding), salt),
    commitment: hkdf({
      hash: 'sha256',
      ikm,
      salt,
      info: encodeMembers('commit', binding),
      bytes: 32,
    }),
  };
}
