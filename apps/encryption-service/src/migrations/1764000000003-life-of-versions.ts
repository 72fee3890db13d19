import type { MigrationInterface, QueryRunner } from 'typeorm';

const LOCK_CLASS = 0x6b77;

const COLUMNS = [
  // What a restore goes back to; who scheduled a destruction, since some may take back only their own; and the signed receipt of it.
  `alter table encryption add column state_before text`,
  `alter table encryption_key_version
     add column state_before text,
     add column scheduled_by uuid,
     add column scheduled_at timestamptz(3),
     add column receipt jsonb`,
  `create index version_to_destroy on encryption_key_version (destroy_at) where state = 'destroyScheduled'`,
  `create index version_by_age on encryption_key_version (activated_at) where state = 'active'`,
  // Of some ciphers the bytes are limited besides the messages. What a restored or imported count says may be too low.
  `alter table message_count
     add column bytes bigint not null default 0,
     add column is_uncertain boolean not null default false`,
  // For a batch one record: how many of its items failed, and how many were done under each version.
  `alter table audit_record
     add column failed integer not null default 0,
     add column versions jsonb`,
];

const TABLES = [
  // The second lock of client mode; no tenant: one locks the keys of all. Each is wrapped under a platform master key.
  `create table outer_key (
    id uuid primary key,
    record jsonb not null,
    created_at timestamptz(3) not null
  )`,
];

const DROPPED = [
  'drop function record_uses(jsonb)',
  'drop function record_use(uuid, bigint, uuid, bigint, uuid, bigint, uuid, bigint, timestamptz, text, text, integer, text, text)',
];

const FUNCTIONS = [
  // All that a use of several versions reads: the encryption, the versions that are named, and the active one.
  `create function keys_for_uses(p_tenant uuid, p_encryption uuid, p_versions uuid[])
     returns table (encryption jsonb, versions jsonb) language plpgsql as $$
   begin
     perform set_config('app.tenant', p_tenant::text, true);
     return query select to_jsonb(e), coalesce((
         select jsonb_agg(to_jsonb(v)) from encryption_key_version v
         where v.tenant_id = e.tenant_id and v.encryption_id = e.id and (v.id = any (p_versions) or v.state = 'active')), '[]')
       from encryption e where e.tenant_id = p_tenant and e.id = p_encryption;
   end $$`,

  // Writes the record of a use of keys, if all that decided about it still stands: answers false, and writes nothing, where it does
  // not. The lock comes first: what is read after it cannot change before this transaction ends. The members of \`p_use\` in order:
  // tenant, its revision, client, its revision, encryption, its revision, versions with their revisions, time, operation, outcome,
  // items, request id, access reason, items that failed, items done under each of several versions.
  `create function record_use(p_use jsonb) returns boolean language plpgsql as $$
   declare
     p_tenant uuid := p_use ->> 0;
     p_versions jsonb := p_use -> 6;
     standing integer;
     wanted integer;
     only_version uuid;
   begin
     perform set_config('app.tenant', p_use ->> 0, true);
     perform pg_advisory_xact_lock_shared(${String(LOCK_CLASS)}, tenant_lock(p_tenant));
     select count(v.id), count(*), min(w.key)::uuid into standing, wanted, only_version
       from jsonb_each_text(p_versions) w
       left join encryption_key_version v
         on v.tenant_id = p_tenant and v.id = w.key::uuid and v.encryption_id = (p_use ->> 4)::uuid
           and v.revision = w.value::bigint;
     if standing < wanted then return false; end if;
     perform 1
       from tenant t
       join client c on c.tenant_id = t.id and c.id = (p_use ->> 2)::uuid and c.revision = (p_use ->> 3)::bigint
       join encryption e on e.tenant_id = t.id and e.id = (p_use ->> 4)::uuid and e.revision = (p_use ->> 5)::bigint
       where t.id = p_tenant and t.revision = (p_use ->> 1)::bigint;
     if not found then return false; end if;
     insert into audit_record
       (tenant_id, at, client_id, operation, encryption_id, version_id, outcome, items, request_id, access_reason, failed, versions)
       values (p_tenant, (p_use ->> 7)::timestamptz, (p_use ->> 2)::uuid, p_use ->> 8, (p_use ->> 4)::uuid,
               case wanted when 1 then only_version end, p_use ->> 9, (p_use ->> 10)::integer, p_use ->> 11, p_use ->> 12,
               (p_use ->> 13)::integer, nullif(p_use -> 14, 'null'::jsonb));
     return true;
   end $$`,

  // Many key uses in one transaction. A tenant that is being changed is answered with "busy" and nothing waits for it: its uses must
  // not hold back those of others.
  `create function record_uses(p_uses jsonb) returns text[] language plpgsql as $$
   declare
     u jsonb;
     results text[] := '{}';
   begin
     for u in select * from jsonb_array_elements(p_uses) loop
       perform set_config('app.tenant', u ->> 0, true);
       if not pg_try_advisory_xact_lock_shared(${String(LOCK_CLASS)}, tenant_lock((u ->> 0)::uuid)) then
         results := results || 'busy'::text;
       elsif record_use(u) then
         results := results || 'stands'::text;
       else
         results := results || 'changed'::text;
       end if;
     end loop;
     return results;
   end $$`,
];

// What a replica remembers of a row is forgotten when another one changes it. It only saves reads: nothing is released on what is
// remembered unless the record of it finds the same revisions under the lock.
const NOTIFICATIONS = [
  `create function tell_of_change() returns trigger language plpgsql as $$
   begin
     perform pg_notify('keyward_change', tg_table_name || ':' ||
       case tg_table_name when 'tenant' then new.id::text else (to_jsonb(new) ->> 'tenant_id') || ':' || new.id::text end);
     return null;
   end $$`,
  ...['tenant', 'client', 'encryption', 'encryption_key_version'].map(
    (table) =>
      `create trigger tell_of_change after update on ${table} for each row execute function tell_of_change()`,
  ),
  // A new active version is no update of the one before it where there was none.
  `create trigger tell_of_new after insert on encryption_key_version for each row execute function tell_of_change()`,
];

const NAMES = ['keys_for_uses(uuid, uuid, uuid[])', 'record_use(jsonb)', 'record_uses(jsonb)'];

export class LifeOfVersions1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...COLUMNS, ...TABLES, ...DROPPED, ...FUNCTIONS, ...NOTIFICATIONS])
      await runner.query(statement);
    // A new function may be called by everybody, until that is taken back.
    for (const name of NAMES) await runner.query(`revoke execute on function ${name} from public`);
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error('there is no way back from this migration: receipts and outer keys would be lost'),
    );
  }
}
