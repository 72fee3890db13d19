import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * All ids and names are of one tenant, so every key begins with it: nothing tells that another tenant has the same. `revision` and
 * `mac` make a row that decides about security authentic; see docs/spec/rows-and-secrets-v1.md.
 */
const TABLES = [
  // No tenant: operators stand above tenants. The application's role has no right on this table; one function answers one row.
  `create table operator (
    id uuid primary key,
    name text not null,
    api_key text not null unique,
    secret_hash bytea not null,
    certificates jsonb not null,
    state text not null check (state in ('active', 'revoked')),
    created_at timestamptz(3) not null,
    revision bigint not null,
    mac bytea not null
  )`,
  `create table tenant (
    id uuid primary key,
    operator_id uuid not null,
    name text not null,
    state text not null check (state in ('enabled', 'disabled')),
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    revision bigint not null,
    mac bytea not null
  )`,
  `create index tenant_by_operator on tenant (operator_id, id)`,
  `create table client (
    tenant_id uuid not null references tenant (id),
    id uuid not null,
    name text not null,
    api_key text not null unique,
    secret_hash bytea not null,
    scopes text[] not null,
    encryption_ids uuid[],
    certificates jsonb not null,
    unbound boolean not null,
    expires_at timestamptz(3),
    limits jsonb,
    state text not null check (state in ('active', 'revoked')),
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    revision bigint not null,
    mac bytea not null,
    primary key (tenant_id, id)
  )`,
  `create table encryption (
    tenant_id uuid not null references tenant (id),
    id uuid not null,
    name text,
    algorithm text not null,
    state text not null check (state in ('enabled', 'disabled', 'destroyScheduled', 'destroyed')),
    mode text not null check (mode in ('platform', 'client')),
    provider text,
    every_days integer,
    after_messages bigint,
    older_versions_encrypt boolean not null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    revision bigint not null,
    mac bytea not null,
    primary key (tenant_id, id)
  )`,
  `create unique index encryption_name on encryption (tenant_id, name)`,
  `create table encryption_key_version (
    tenant_id uuid not null,
    id uuid not null,
    encryption_id uuid not null,
    number integer not null,
    suite text not null,
    state text not null check
      (state in ('active', 'suspended', 'deactivated', 'compromised', 'destroyScheduled', 'destroyed')),
    record jsonb,
    destroy_at timestamptz(3),
    created_at timestamptz(3) not null,
    activated_at timestamptz(3),
    deactivated_at timestamptz(3),
    revision bigint not null,
    mac bytea not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, encryption_id) references encryption (tenant_id, id)
  )`,
  // This index, not the code, guarantees one active version: two rotations can both pass a check.
  `create unique index one_active_version on encryption_key_version (tenant_id, encryption_id) where state = 'active'`,
  `create unique index version_number on encryption_key_version (tenant_id, encryption_id, number)`,
  // Apart from the version's row, so that counting neither changes what its MAC covers nor waits for its lock.
  `create table message_count (
    tenant_id uuid not null,
    version_id uuid not null,
    messages bigint not null default 0,
    last_used_at timestamptz(3),
    primary key (tenant_id, version_id),
    foreign key (tenant_id, version_id) references encryption_key_version (tenant_id, id)
  )`,
  `create table audit_record (
    id bigint generated always as identity primary key,
    tenant_id uuid not null,
    at timestamptz(3) not null,
    client_id uuid not null,
    operation text not null,
    encryption_id uuid,
    version_id uuid,
    subject text,
    revisions jsonb,
    outcome text not null,
    items integer not null,
    request_id text not null,
    access_reason text
  )`,
  `create index audit_by_tenant on audit_record (tenant_id, id)`,
  `create table idempotency_record (
    tenant_id uuid not null,
    client_id uuid not null,
    route text not null,
    key text not null,
    body_hash bytea not null,
    answer jsonb not null,
    created_at timestamptz(3) not null,
    primary key (tenant_id, client_id, route, key)
  )`,
];

const OF_A_TENANT = [
  'client',
  'encryption',
  'encryption_key_version',
  'message_count',
  'audit_record',
  'idempotency_record',
];

// A setting that was set once in a session reads as '' afterwards, which is no UUID: nullif makes it match nothing.
const setting = (name: string): string => `nullif(current_setting('app.${name}', true), '')::uuid`;

function rowSecurity(table: string): string[] {
  return [
    `alter table ${table} enable row level security`,
    `create policy of_the_tenant on ${table}
       using (tenant_id = ${setting('tenant')}) with check (tenant_id = ${setting('tenant')})`,
  ];
}

const TENANT_SECURITY = [
  'alter table tenant enable row level security',
  // To read alone: only the operator that made a tenant changes its row.
  `create policy of_the_tenant on tenant for select using (id = ${setting('tenant')})`,
  `create policy of_the_operator on tenant
     using (operator_id = ${setting('operator')}) with check (operator_id = ${setting('operator')})`,
];

export class CreateTables1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const statements = [...TABLES, ...OF_A_TENANT.flatMap(rowSecurity), ...TENANT_SECURITY];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table ${[...OF_A_TENANT, 'tenant', 'operator'].join(', ')} cascade`);
  }
}
