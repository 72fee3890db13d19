/** Names and limits of the wire that both sides keep to. */
export const HEADERS = {
  apiKey: 'x-api-key',
  apiSecret: 'x-api-secret',
  requestId: 'x-request-id',
  accessReason: 'x-access-reason',
  masterKey: 'x-master-key',
  newMasterKey: 'x-new-master-key',
  idempotencyKey: 'idempotency-key',
  encryptionId: 'x-encryption-id',
  encryptionVersionId: 'x-encryption-version-id',
  encryptionContext: 'x-encryption-context',
} as const;

/** The version of this contract, as `GET /v1/health` tells it. */
export const CONTRACT_VERSION = 1;

/** Bytes of a body at most, unless configured. */
export const DEFAULT_BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** Bytes of plaintext in one call at most, once decoded, so that whatever encrypts also decrypts. */
export const MAX_DATA_BYTES = 5 * 1024 * 1024;

export const ENCODINGS = ['utf8', 'base64'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Scopes that a tenant's client can have. */
export const CLIENT_SCOPES = [
  'encrypt',
  'decrypt',
  'reencrypt',
  'rotate',
  'export',
  'import',
  'data-keys',
  'keys:read',
  'keys:create',
  'keys:manage',
  'keys:request-destroy',
  'keys:destroy',
  'audit:read',
  'clients:manage',
] as const;

export type ClientScope = (typeof CLIENT_SCOPES)[number];
/** The last one is the one scope of operators. */
export type Scope = ClientScope | 'tenants:manage';

/** What an `app` client may do; an `admin` may do all that a client can. */
export const APP_SCOPES: readonly ClientScope[] = [
  'encrypt',
  'decrypt',
  'reencrypt',
  'rotate',
  'keys:read',
  'keys:create',
  'keys:request-destroy',
];

export const ENCRYPTION_STATES = ['enabled', 'disabled', 'destroyScheduled', 'destroyed'] as const;
export type EncryptionState = (typeof ENCRYPTION_STATES)[number];

/** States of a version, in the words of NIST SP 800-57 Part 1. */
export const VERSION_STATES = [
  'active',
  'suspended',
  'deactivated',
  'compromised',
  'destroyScheduled',
  'destroyed',
] as const;
export type VersionState = (typeof VERSION_STATES)[number];
