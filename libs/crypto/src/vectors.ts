/**
 * One layer below what the library exports: the same code with every random value given, and the steps between. For `tools/vectors`,
 * `tools/kat` and tests alone; the import rules keep it out of both apps, since a nonce that a caller chooses is a nonce that repeats.
 */
import type { KeyObject } from 'node:crypto';

export { commit, encodeAssociatedData } from './blob/associated-data.js';
export { formBlob, sealBlobWith } from './blob/seal-blob.js';
export { encodeRsaDek } from './dek/dek-form.js';
export { encodePae } from './envelope/envelope.js';
export { AEADS } from './hazmat/aeads.js';
export { AES_256_GCM } from './hazmat/aes-256-gcm.js';
export {
  ed25519PublicBytes,
  ed25519PublicKey,
  signEd25519,
  takeEd25519Seed,
  verifyEd25519,
} from './hazmat/ed25519.js';
export { hkdf } from './hazmat/hkdf.js';
export { hmacSha256 } from './hazmat/hmac.js';
export { importRsaKeyPair, openOaep, sealOaep } from './hazmat/rsa-oaep.js';
export { takeKey } from './hazmat/secret-key.js';
export { encodePlace } from './key-place.js';
export { KNOWN_ANSWERS } from './self-test/known-answers.js';
export { runSelfTestWith } from './self-test/run-self-test.js';
export { encodeApiSecret, formApiSecret } from './service/api-secret.js';
export { encodeRow } from './service/row-mac.js';
export { deriveServiceKeyBytes } from './service/service-keys.js';
export { deriveChunkKeys } from './stream/chunk-keys.js';
export { MessageOpener } from './stream/message-opener.js';
export { MessageSealer } from './stream/message-sealer.js';
export { encodeStreamBinding } from './stream/stream-binding.js';
export {
  encodeStreamHeader,
  parseStreamHeader,
  STREAM_HEADER_BYTES,
} from './stream/stream-header.js';
export { deriveOuterLockKey, encodeClientRecord, lockOuterWith } from './wrap/outer-lock.js';
export { deriveWrapKeys, encodeWrapBinding } from './wrap/wrap-binding.js';
export { wrapDekWith } from './wrap/wrap-dek.js';

/** The bytes of a derived key, to be compared with a vector's. */
export function keyBytes(key: KeyObject): Buffer {
  return key.export();
}
