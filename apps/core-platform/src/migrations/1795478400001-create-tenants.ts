import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isolateByTenant, OF_PERSON } from './row-level-security.js';

const TABLES = `
  create table tenant (
    id uuid primary key,
    name text not null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null
  );
  create table membership (
    tenant_id uuid not null references tenant (id) on delete cascade,
    user_id uuid not null references user_account (id),
    role text not null,
    state text not null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    primary key (tenant_id, user_id)
  );
  create index membership_by_user on membership (user_id);
  create table service_connection (
    id uuid primary key,
    tenant_id uuid not null references tenant (id) on delete cascade,
    kind text not null,
    is_current boolean not null,
    state text not null,
    master_key_mode text not null,
    encryption_id uuid not null,
    api_key text,
    api_secret text,
    lease_id uuid,
    leased_until timestamptz(3),
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    unique (tenant_id, id)
  );
  create unique index one_current_connection on service_connection (tenant_id) where is_current`;

// A person looks up their own tenants before one of them is chosen.
const PERSONS_VIEW = [
  `create policy membership_of_person on membership for select using (user_id = ${OF_PERSON})`,
  `create policy tenant_of_person on tenant for select using (exists (
     select from membership m where m.tenant_id = tenant.id and m.user_id = ${OF_PERSON}))`,
];

/**
 * Answers whose request it is, in one row: before the tenant is known. A session that ended, or is another person's, gives none. The
 * role is that of an active member of the tenant that the request names, if it names one.
 */
const REQUEST_PRINCIPAL = `
  create function request_principal(of_session uuid, of_user uuid, of_tenant uuid, at timestamptz)
  returns table (username text, role text)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select u.username, m.role
    from public.session s
    join public.user_account u on u.id = s.user_id
    left join public.membership m
      on m.user_id = u.id and m.tenant_id = of_tenant and m.state = 'active'
    where s.id = of_session and s.user_id = of_user and s.ended_at is null and s.expires_at > at
  $$`;

/** Answers one tenant whose set-up at its encryption service is not finished, the first one behind a given id: for the start. */
const UNFINISHED_SET_UP = `
  create function unfinished_set_up(behind uuid) returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select tenant_id from public.service_connection
    where is_current and state <> 'ready' and tenant_id > behind
    order by tenant_id limit 1
  $$`;

export class CreateTenants1795478400001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await isolateByTenant(runner, 'tenant', 'id');
    await isolateByTenant(runner, 'membership');
    await isolateByTenant(runner, 'service_connection');
    for (const policy of PERSONS_VIEW) await runner.query(policy);
    for (const definition of [REQUEST_PRINCIPAL, UNFINISHED_SET_UP]) await runner.query(definition);
    await runner.query('revoke all on function request_principal, unfinished_set_up from public');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function request_principal, unfinished_set_up');
    await runner.query('drop table service_connection, membership, tenant cascade');
  }
}
