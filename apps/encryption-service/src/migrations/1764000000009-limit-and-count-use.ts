import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIMITS_SCHEMA } from '@app/limits';

const LOCK_CLASS = 0x6b77;

/** Adds records up. */
function addUp(condition: string): string {
  return `insert into usage_day as u (tenant_id, day, operation, encryption_id, operations, bytes)
       select a.tenant_id, (a.at at time zone 'UTC')::date, a.operation, a.encryption_id, sum(a.items), sum(a.bytes)
       from audit_record a
       where a.outcome = 'success' and a.encryption_id is not null and ${condition}
       group by 1, 2, 3, 4
       on conflict (tenant_id, day, operation, encryption_id)
         do update set operations = u.operations + excluded.operations, bytes = u.bytes + excluded.bytes`;
}

const TABLES = [
  // \`xact\`: in which transaction a record was written. Transactions become visible in another order than that of ids, and so only their
  // own numbers tell which records have been counted. The rows that are there keep 0, and are told by their ids.
  `alter table audit_record
     add column bytes bigint not null default 0,
     add column xact xid8 not null default '0'`,
  `alter table audit_record alter column xact set default pg_current_xact_id()`,
  `create table usage_day (
    tenant_id uuid not null,
    day date not null,
    operation text not null,
    encryption_id uuid not null,
    operations bigint not null default 0,
    bytes bigint not null default 0,
    stream_bytes bigint not null default 0,
    primary key (tenant_id, day, operation, encryption_id)
  )`,
  `alter table usage_day enable row level security`,
  `create policy of_the_tenant on usage_day
     using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)
     with check (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`,
  // Which records are in usage_day: of those up to base_id, the ones up to rolled_id; of those after it, the ones whose transaction is
  // before xact. A record draws its id after its transaction has its number, and so those of transactions from xact on are after tail_id,
  // and those of transactions from mark_xact on after mark_id.
  `create table usage_position (
    is_only boolean primary key default true check (is_only),
    place text not null,
    base_id bigint not null,
    rolled_id bigint not null,
    xact xid8 not null,
    tail_id bigint not null,
    mark_xact xid8 not null,
    mark_id bigint not null
  )`,
];

const FUNCTIONS = [
  // Which cluster numbers its transactions here, and for which database. Some hosts keep the first from everybody.
  `create function usage_place() returns text language plpgsql stable as $$
   declare place text := (select oid::text from pg_database where datname = current_database());
   begin
     if has_function_privilege('pg_control_system()', 'execute') then
       place := (select system_identifier::text from pg_control_system()) || '/' || place;
     end if;
     return place;
   end $$`,
  `create function last_audit_id() returns bigint language sql volatile
     as $$ select case when is_called then last_value else 0 end from audit_record_id_seq $$`,

  // Adds up records that all have ended, each once; answers whether there is more. Of those before base_id \`p_records\` at most, of the
  // others those of so many transactions.
  `create function roll_up_usage(p_records bigint) returns boolean
     language plpgsql security definer set search_path = public, pg_temp as $$
   declare
     p usage_position;
     last_id bigint;
     now_at pg_snapshot;
     upper_id bigint;
     upper_xact xid8;
   begin
     -- What is seen must not be older than what another replica has added up, and the last id not younger.
     select * into p from usage_position for update;
     last_id := last_audit_id();
     now_at := pg_current_snapshot();
     if p.place <> usage_place() or p.xact > pg_snapshot_xmin(now_at) then
       -- A dump in another cluster: its transactions are numbered anew. What is there is told by its ids from now on. Nobody who writes
       -- a record has drawn its id while this lock is held.
       lock table audit_record in share mode;
       last_id := (select coalesce(max(id), 0) from audit_record);
       now_at := pg_current_snapshot();
       update usage_day set operations = 0, bytes = 0;
       update usage_position set place = usage_place(), base_id = last_id, rolled_id = 0, xact = pg_snapshot_xmin(now_at),
         tail_id = last_id, mark_xact = pg_snapshot_xmax(now_at), mark_id = last_id;
       return true;
     end if;
     upper_id := least(p.base_id, p.rolled_id + p_records);
     upper_xact := least(pg_snapshot_xmin(now_at), (p.xact::text::bigint + p_records)::text::xid8);
     if upper_id > p.rolled_id then
       ${addUp('a.id > p.rolled_id and a.id <= upper_id')};
     end if;
     ${addUp('a.id > p.tail_id and a.xact >= p.xact and a.xact < upper_xact')};
     if upper_xact >= p.mark_xact then
       p.tail_id := p.mark_id;
       p.mark_xact := pg_snapshot_xmax(now_at);
       p.mark_id := last_id;
     end if;
     update usage_position set rolled_id = upper_id, xact = upper_xact, tail_id = p.tail_id, mark_xact = p.mark_xact, mark_id = p.mark_id;
     return upper_id < p.base_id or upper_xact < pg_snapshot_xmin(now_at);
   end $$`,
  `create function usage_position() returns setof usage_position
     language sql stable security definer set search_path = public, pg_temp
     as $$ select * from public.usage_position $$`,
  `create function add_stream_bytes(p_tenant uuid, p_at timestamptz, p_operation text, p_encryption uuid, p_bytes bigint)
     returns void language plpgsql as $$
   begin
     perform set_config('app.tenant', p_tenant::text, true);
     insert into usage_day as u (tenant_id, day, operation, encryption_id, stream_bytes)
       values (p_tenant, (p_at at time zone 'UTC')::date, p_operation, p_encryption, p_bytes)
       on conflict (tenant_id, day, operation, encryption_id)
         do update set stream_bytes = u.stream_bytes + excluded.stream_bytes;
   end $$`,
  `insert into usage_position (place, base_id, rolled_id, xact, tail_id, mark_xact, mark_id)
     select usage_place(), last.id, 0, pg_snapshot_xmin(pg_current_snapshot()), last.id, pg_snapshot_xmax(pg_current_snapshot()), last.id
     from (select coalesce(max(id), 0) as id from audit_record) last`,

  // As before, and the bytes of plaintext as the last member.
  `create or replace function record_use(p_use jsonb) returns boolean language plpgsql as $$
   declare
     p_tenant uuid := p_use ->> 0;
     p_versions jsonb := p_use -> 6;
     standing integer;
     wanted integer;
     only_version uuid;
   begin
     -- The transaction has its number before its record draws an id: usage is found by that.
     perform pg_current_xact_id();
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
       (tenant_id, at, client_id, operation, encryption_id, version_id, outcome, items, request_id, access_reason, failed, versions,
        bytes)
       values (p_tenant, (p_use ->> 7)::timestamptz, (p_use ->> 2)::uuid, p_use ->> 8, (p_use ->> 4)::uuid,
               case wanted when 1 then only_version end, p_use ->> 9, (p_use ->> 10)::integer, p_use ->> 11, p_use ->> 12,
               (p_use ->> 13)::integer, nullif(p_use -> 14, 'null'::jsonb), coalesce((p_use ->> 15)::bigint, 0));
     return true;
   end $$`,
];

const NAMES = [
  'usage_place()',
  'last_audit_id()',
  'roll_up_usage(bigint)',
  'usage_position()',
  'add_stream_bytes(uuid, timestamptz, text, uuid, bigint)',
];

export class LimitAndCountUse1764000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...LIMITS_SCHEMA.statements, ...TABLES, ...FUNCTIONS])
      await runner.query(statement);
    // A new function may be called by everybody, until that is taken back.
    for (const name of NAMES) await runner.query(`revoke execute on function ${name} from public`);
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error('there is no way back from this migration: what was used would be forgotten'),
    );
  }
}
