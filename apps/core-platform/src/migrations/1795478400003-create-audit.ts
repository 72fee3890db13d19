import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isolateByTenant, OF_PERSON } from './row-level-security.js';

// No foreign keys: a record outlives the tenant and the person that it names.
const TABLE = `
  create table audit_event (
    id bigint generated always as identity primary key,
    at timestamptz(3) not null,
    tenant_id uuid,
    user_id uuid,
    action text not null,
    outcome text not null,
    subject_kind text,
    subject_id text,
    items integer not null,
    request_id text not null,
    access_reason text,
    details json
  );
  create index audit_event_by_tenant on audit_event (tenant_id, id);
  create index audit_event_by_person on audit_event (user_id, id) where tenant_id is null`;

// Acts outside any tenant (register, login) are their person's.
const PERSONS_OWN = `
  create policy audit_event_of_person on audit_event
  using (tenant_id is null and user_id = ${OF_PERSON})`;

// One list over several tenants: those in which the application has just looked up that the person may read the audit.
const READERS_VIEW = `
  create policy audit_event_of_reader on audit_event for select
  using (tenant_id = any (string_to_array(nullif(current_setting('app.audited', true), ''), ',')::uuid[]))`;

export class CreateAudit1795478400003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLE);
    await isolateByTenant(runner, 'audit_event');
    await runner.query(PERSONS_OWN);
    await runner.query(READERS_VIEW);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_event');
  }
}
