import { LIMITS_SCHEMA } from '@app/limits';
import type { Grant, Schema } from '@app/persistence';
import { AuditEventEntity } from './audit/audit-event.entity.js';
import { ServiceConnectionEntity } from './connections/service-connection.entity.js';
import { LoginFailureEntity } from './login-tries/login-failure.entity.js';
import { MembershipEntity } from './members/membership.entity.js';
import { MIGRATIONS } from './migrations/index.js';
import { KnownPlaceEntity } from './second-factor/known-place.entity.js';
import { RecoveryCodeEntity } from './second-factor/recovery-code.entity.js';
import { TotpFactorEntity } from './second-factor/totp-factor.entity.js';
import { RefreshTokenEntity } from './sessions/refresh-token.entity.js';
import { SessionEntity } from './sessions/session.entity.js';
import { SigningKeyEntity } from './signing-keys/signing-key.entity.js';
import { TenantEntity } from './tenants/tenant.entity.js';
import { UserAccountEntity } from './users/user-account.entity.js';
import { BlobEntity } from './vault-store/blob.entity.js';
import { VaultItemEntity } from './vault-store/vault-item.entity.js';

/** Tables without a tenant, and why. Everything else is under row-level security. */
export const TABLES_WITHOUT_TENANT: Readonly<Record<string, string>> = {
  user_account: 'a person belongs to several tenants or to none, and logs in before one is known',
  session: "a person's login, in whatever tenants they then act",
  refresh_token: "a session's, and looked up before it is known whose it is",
  signing_key: "the core's own: one set of keys signs the access tokens of all",
  totp_factor: "a person's, looked up while they log in",
  recovery_code: "a person's second factor's",
  known_place: "a person's second factor's",
  login_failure: 'counts by keyed hashes, which name neither a person nor an address',
  migrations: 'which migrations have run; the application cannot read it',
  ...LIMITS_SCHEMA.tables,
};

const GRANTS: readonly Grant[] = [
  { on: 'user_account', privileges: 'select, insert, update' },
  { on: 'session', privileges: 'select, insert, update, delete' },
  { on: 'refresh_token', privileges: 'select, insert, update, delete' },
  { on: 'totp_factor', privileges: 'select, insert, update, delete' },
  { on: 'recovery_code', privileges: 'select, insert, update' },
  { on: 'known_place', privileges: 'select, insert, update, delete' },
  { on: 'login_failure', privileges: 'select, insert, update, delete' },
  { on: 'signing_key', privileges: 'select, insert' },
  { on: 'tenant', privileges: 'select, insert, update, delete' },
  { on: 'membership', privileges: 'select, insert, delete' },
  { on: 'service_connection', privileges: 'select, insert, update, delete' },
  { on: 'vault_item', privileges: 'select, insert, update, delete' },
  { on: 'blob', privileges: 'select, insert, delete' },
  // Append-only: no right to change or remove a record.
  { on: 'audit_event', privileges: 'select, insert' },
  {
    on: 'function request_principal(uuid, uuid, uuid, timestamptz)',
    privileges: 'execute',
  },
  ...LIMITS_SCHEMA.functions.map((name) => ({ on: `function ${name}`, privileges: 'execute' })),
  { on: 'function unfinished_set_up(uuid)', privileges: 'execute' },
  { on: 'function unfinished_removal(uuid)', privileges: 'execute' },
];

export const SCHEMA: Schema = {
  applicationName: 'core-platform',
  migrations: MIGRATIONS,
  entities: [
    UserAccountEntity,
    SessionEntity,
    RefreshTokenEntity,
    TotpFactorEntity,
    RecoveryCodeEntity,
    KnownPlaceEntity,
    LoginFailureEntity,
    SigningKeyEntity,
    TenantEntity,
    MembershipEntity,
    ServiceConnectionEntity,
    VaultItemEntity,
    BlobEntity,
    AuditEventEntity,
  ],
  grants: GRANTS,
};
