export { AuditQuery, AuditRecordAnswer } from './audit.js';
export {
  DecryptBatchAnswer,
  DecryptBatchRequest,
  DecryptItem,
  EncryptBatchAnswer,
  EncryptBatchRequest,
  EncryptItem,
  ItemError,
  MAX_BATCH_ITEMS,
  ReencryptBatchAnswer,
  VerifyBatchAnswer,
} from './batches.js';
export type {
  BatchItem,
  DecryptedItem,
  EncryptedItem,
  ItemFailure,
  ReencryptedItem,
  VerifiedItem,
} from './batches.js';
export {
  CertificateBinding,
  ClientAnswer,
  ClientLimits,
  CreateClientRequest,
  CreatedClientAnswer,
  PatchClientRequest,
} from './clients.js';
export {
  DecryptAnswer,
  DecryptRequest,
  EncryptAnswer,
  EncryptRequest,
  ReencryptAnswer,
  RotateAnswer,
  RotateRequest,
} from './data.js';
export type { Decryptable, Encryptable } from './data.js';
export { CreateDataKeyRequest, CreatedDataKeyAnswer, DataKeyAnswer } from './data-keys.js';
export {
  CreatedEncryptionAnswer,
  CreateEncryptionRequest,
  DEFAULT_DESTROY_AFTER_DAYS,
  DestroyRequest,
  EncryptionAnswer,
  EncryptionsQuery,
  MAX_DESTROY_AFTER_DAYS,
  MAX_NAME_LENGTH,
  MAX_ROTATION_DAYS,
  MAX_ROTATION_MESSAGES,
  PatchEncryptionRequest,
  RewrapRequest,
  VersionAnswer,
} from './encryptions.js';
export { MASTER_KEY_MODES } from './encryptions.js';
export type { MasterKey, MasterKeyMode, Rotation } from './encryptions.js';
export type { SignedEnvelope } from './envelope.js';
export { Field, itemClasses, LowerCaseField, NestedField, nestedFields } from './field.js';
export type { DtoClass, FieldOptions, FieldRule, Nesting } from './field.js';
export { HealthAnswer } from './health.js';
export { KekProviderAnswer } from './kek-providers.js';
export type { HealthClient } from './health.js';
export { IDEMPOTENCY_KEY, parseIdempotencyKey } from './idempotency-key.js';
export { MASTER_KEY, NEW_MASTER_KEY } from './master-key-headers.js';
export { PageQuery, pageLimit, parseCursor, toPage } from './page.js';
export type { Page } from './page.js';
export { parseDto } from './parse-dto.js';
export { parseDecryptHeaders, parseEncryptHeaders, STREAM_HEADERS } from './stream-headers.js';
export type { StreamTarget } from './stream-headers.js';
export * as rules from './rules.js';
export {
  ClientCredentials,
  CreatedTenantAnswer,
  CreateTenantRequest,
  PatchTenantRequest,
  TenantAnswer,
} from './tenants.js';
export type { TenantClients, TenantState } from './tenants.js';
export { ExportAnswer, ExportRequest, ImportAnswer, ImportRequest } from './transfer.js';
export {
  APP_SCOPES,
  CLIENT_SCOPES,
  CONTRACT_VERSION,
  DEFAULT_BODY_LIMIT_BYTES,
  ENCODINGS,
  ENCRYPTION_STATES,
  HEADERS,
  MAX_DATA_BYTES,
  VERSION_STATES,
} from './wire.js';
export { UsageAnswer, UsageQuery } from './usage.js';
export type { ClientScope, Encoding, EncryptionState, Scope, VersionState } from './wire.js';
