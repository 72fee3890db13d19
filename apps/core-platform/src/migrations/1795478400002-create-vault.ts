import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isolateByTenant } from './row-level-security.js';

// Foreign keys lead over the tenant as well, so that a row cannot hang on another tenant's.
const TABLES = `
  create table vault_item (
    id uuid primary key,
    tenant_id uuid not null references tenant (id) on delete cascade,
    type text not null,
    labels text[] not null,
    revision uuid not null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    unique (tenant_id, id)
  );
  create index vault_item_by_time on vault_item (tenant_id, created_at, id);
  create index vault_item_by_type on vault_item (tenant_id, type, created_at, id);
  create index vault_item_by_label on vault_item using gin (labels);
  create table blob (
    id uuid primary key,
    tenant_id uuid not null,
    item_id uuid not null,
    part text not null check (part in ('data', 'metadata')),
    connection_id uuid not null,
    encryption_id uuid not null,
    encryption_version_id uuid not null,
    algorithm text not null,
    cipher_text bytea not null,
    metadata json not null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    unique (tenant_id, id),
    unique (tenant_id, item_id, part),
    foreign key (tenant_id, item_id) references vault_item (tenant_id, id) on delete cascade,
    foreign key (tenant_id, connection_id) references service_connection (tenant_id, id)
  );
  create index blob_by_version on blob (tenant_id, encryption_version_id)`;

// Ciphertext does not compress; trying costs time at each write.
const NO_COMPRESSION = 'alter table blob alter column cipher_text set storage external';

export class CreateVault1795478400002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(NO_COMPRESSION);
    await isolateByTenant(runner, 'vault_item');
    await isolateByTenant(runner, 'blob');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table blob, vault_item');
  }
}
