export type { BlobEncoding, BlobKind, BlobMetadata } from './blob/blob-metadata.js';
export { openBlob } from './blob/open-blob.js';
export type { OpenedBlob, OpenInput } from './blob/open-blob.js';
export { sealBlob } from './blob/seal-blob.js';
export type { SealedBlob, SealInput } from './blob/seal-blob.js';
export { deriveVersionKeys } from './blob/version-keys.js';
export type { VersionKeys } from './blob/version-keys.js';
export { generateDataKey } from './dek/data-key.js';
export { generateDek } from './dek/generate-dek.js';
export { fingerprintOf, MAX_PAYLOAD_BYTES } from './envelope/envelope.js';
export type { Envelope, EnvelopeSignature } from './envelope/envelope.js';
export { EXPORT_PAYLOAD_TYPE } from './envelope/export-payload.js';
export type {
  ExportContent,
  ExportedEncryption,
  ExportedKey,
  ExportedReceipt,
  ExportedRotation,
  ExportedVersion,
  ExportPayload,
} from './envelope/export-payload.js';
export { isFingerprint, openEnvelope } from './envelope/open-envelope.js';
export type { OpenedEnvelope } from './envelope/open-envelope.js';
export { openExport, parseExportPayload } from './envelope/open-export.js';
export type { OpenedExport } from './envelope/open-export.js';
export { openReceipt } from './envelope/open-receipt.js';
export type { OpenedReceipt } from './envelope/open-receipt.js';
export type {
  CopyPlace,
  DestructionFacts,
  DestructionInput,
  PossibleCopy,
  ReceiptPayload,
} from './envelope/receipt.js';
export { signReceipt } from './envelope/sign-receipt.js';
export { signEnvelope } from './envelope/sign-envelope.js';
export { signExport } from './envelope/sign-export.js';
export type { KeyPlace, OuterKeyPlace, WrapPlace } from './key-place.js';
export { runSelfTest } from './self-test/run-self-test.js';
export {
  generateApiSecret,
  hashApiSecret,
  isApiSecret,
  isWellFormedApiSecret,
} from './service/api-secret.js';
export type { ApiSecretOwner } from './service/api-secret.js';
export { macRow, verifyRow } from './service/row-mac.js';
export { deriveServiceKeys, SERVICE_SECRET_BYTES } from './service/service-keys.js';
export type { ServiceKeys } from './service/service-keys.js';
export { openStream } from './stream/open-stream.js';
export { sealStream } from './stream/seal-stream.js';
export { readStreamHeader } from './stream/stream-header.js';
export type { HeadedStream } from './stream/stream-header.js';
export { SUITES, suiteNamed } from './suites.js';
export type { AeadName, Suite, SuiteLimit, SuiteName } from './suites.js';
export { CLIENT_KEK_URI, deriveClientKek } from './wrap/client-kek.js';
export { lockOuter, unlockOuter } from './wrap/outer-lock.js';
export type { OuterKey } from './wrap/outer-lock.js';
export { isOuterLocked, parseOuterLockedRecord } from './wrap/outer-locked-record.js';
export type {
  OuterLockedParts,
  OuterLockedRecord,
  StoredKeyRecord,
} from './wrap/outer-locked-record.js';
export { unwrapDek } from './wrap/unwrap-dek.js';
export type { UnwrapOptions } from './wrap/unwrap-dek.js';
export { encodeWrapBinding } from './wrap/wrap-binding.js';
export { KEK_BYTES, wrapDek } from './wrap/wrap-dek.js';
export { wrappedKeyAlarm } from './wrap/wrapped-key-alarm.js';
export { parseWrappedKeyRecord } from './wrap/wrapped-key-record.js';
export type { WrappedKeyParts, WrappedKeyRecord } from './wrap/wrapped-key-record.js';
