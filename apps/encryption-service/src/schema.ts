import { LIMITS_SCHEMA } from '@app/limits';
import type { Grant, Schema } from '@app/persistence';
import { AuditRecordEntity } from './audit/audit-record.entity.js';
import { ClientEntity } from './clients/client.entity.js';
import { EncryptionKeyVersionEntity } from './keysets/rows/encryption-key-version.entity.js';
import { EncryptionEntity } from './keysets/rows/encryption.entity.js';
import { IdempotencyRecordEntity } from './keysets/rows/idempotency-record.entity.js';
import { MessageCountEntity } from './keysets/rows/message-count.entity.js';
import { MIGRATIONS } from './migrations/index.js';
import { OperatorEntity } from './callers/operator.entity.js';
import { MasterKeyFailureEntity } from './master-key/master-key-failure.entity.js';
import { OuterKeyEntity } from './master-key/outer-key.entity.js';
import { TenantEntity } from './tenants/tenant.entity.js';

/** Tables without a tenant, and why. Everything else is under row-level security. */
export const TABLES_WITHOUT_TENANT: Readonly<Record<string, string>> = {
  operator:
    'operators stand above tenants; the application cannot read the table, one function answers one row',
  outer_key:
    'the second lock of client mode is the service’s own; each key in it is wrapped under a platform master key',
  migrations: 'which migrations have run; the application cannot read it',
  usage_position: 'which audit records are in usage_day; the application cannot change it',
  ...LIMITS_SCHEMA.tables,
};

const FUNCTIONS = [
  'client_for_key(text, uuid, uuid)',
  'operator_for_key(text)',
  'keys_for_use(uuid, uuid, uuid)',
  'database_identity()',
  'lock_message_count(uuid, uuid)',
  'reserve_messages(uuid, uuid, bigint, bigint, bigint, bigint)',
  'settle_messages(uuid, uuid, bigint, bigint, bigint, timestamptz)',
  'versions_to_destroy(timestamptz, timestamptz, uuid)',
  'versions_to_renew(timestamptz, timestamptz, uuid)',
  'sweep_idempotency_records(timestamptz)',
  'keys_for_uses(uuid, uuid, uuid[])',
  'record_use(jsonb)',
  'record_uses(jsonb)',
  'use_stands(jsonb)',
  'lock_tenant(uuid)',
  'master_key_pause(uuid, uuid, uuid)',
  'note_master_key(uuid, uuid, uuid, boolean, integer)',
  'master_key_tried(uuid, uuid, uuid, boolean)',
  'roll_up_usage(bigint)',
  'usage_position()',
  'add_stream_bytes(uuid, timestamptz, text, uuid, bigint)',
  ...LIMITS_SCHEMA.functions,
];

const GRANTS: readonly Grant[] = [
  ...[
    'tenant',
    'client',
    'encryption',
    'encryption_key_version',
    'message_count',
    'master_key_failure',
    'usage_day',
  ].map((table) => ({ on: table, privileges: 'select, insert, update' })),
  // Made once and never changed.
  { on: 'outer_key', privileges: 'select, insert' },
  // Append-only: no right to change or remove a record.
  { on: 'audit_record', privileges: 'select, insert' },
  { on: 'idempotency_record', privileges: 'select, insert, delete' },
  ...FUNCTIONS.map((name) => ({ on: `function ${name}`, privileges: 'execute' })),
];

export const SCHEMA: Schema = {
  applicationName: 'encryption-service',
  migrations: MIGRATIONS,
  entities: [
    OperatorEntity,
    TenantEntity,
    ClientEntity,
    EncryptionEntity,
    EncryptionKeyVersionEntity,
    MessageCountEntity,
    AuditRecordEntity,
    IdempotencyRecordEntity,
    OuterKeyEntity,
    MasterKeyFailureEntity,
  ],
  grants: GRANTS,
};
