import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = [
  // Messages that were reserved and whose use has not ended: as many fewer have certainly been sealed. And the database that counted
  // last: in another one, or after it went back in time, the count may be too low.
  `alter table message_count
     add column under_way bigint not null default 0,
     add column counted_in text`,
  // A version that was used and whose count is lost with a restore has no row of counts to tell.
  `alter table encryption_key_version add column made_in text`,
  // A receipt names the exports of its encryption, and the imports: the key is still in the file that it came in.
  `create index audit_of_exports on audit_record (tenant_id, encryption_id, at) where operation in ('export', 'import')`,
  `create index idempotency_by_age on idempotency_record (created_at)`,
];

const DROPPED = [
  'drop function reserve_messages(uuid, uuid, bigint)',
  'drop function settle_messages(uuid, uuid, bigint, timestamptz)',
];

const FUNCTIONS = [
  // Which cluster, on which of its timelines, and which database of it: a restore to a point in time and a failover begin a new timeline,
  // a dump goes into another database. A dump that is restored over the same database shows in none of them.
  `create function database_identity() returns text language plpgsql stable as $$
   declare identity text := left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' ||
     (select oid::text from pg_database where datname = current_database());
   begin
     -- Some hosts keep it from everybody else.
     if has_function_privilege('pg_control_system()', 'execute') then
       identity := (select system_identifier::text from pg_control_system()) || '/' || identity;
     end if;
     return identity;
   end $$`,
  `alter table encryption_key_version alter column made_in set default database_identity()`,

  // The count of a version, locked; made where there is none.
  `create function lock_message_count(p_tenant uuid, p_version uuid) returns message_count language plpgsql as $$
   declare
     here text := database_identity();
     m message_count;
   begin
     perform set_config('app.tenant', p_tenant::text, true);
     insert into message_count (tenant_id, version_id, counted_in)
       select p_tenant, p_version, coalesce(v.made_in, here) from encryption_key_version v
       where v.tenant_id = p_tenant and v.id = p_version
       on conflict do nothing;
     select * into m from message_count c where c.tenant_id = p_tenant and c.version_id = p_version for update;
     if m.counted_in <> here then m.is_uncertain := true; end if;
     m.counted_in := here;
     return m;
   end $$`,

  // Messages are reserved before they are used; what a crash loses counts as used. No more than up to \`p_most\` in all are given.
  // \`p_ended\`: of those that were reserved before, how many are under way no more.
  `create function reserve_messages(
     p_tenant uuid, p_version uuid, p_messages bigint, p_most bigint, p_bytes bigint, p_ended bigint
   ) returns table (granted bigint, messages bigint, under_way bigint, bytes bigint, is_uncertain boolean)
     language plpgsql as $$
   declare m message_count;
   begin
     -- A report alone may be lost in a crash, which loses what is under way as well.
     if p_messages = 0 and p_bytes = 0 then perform set_config('synchronous_commit', 'off', true); end if;
     m := lock_message_count(p_tenant, p_version);
     granted := greatest(0, least(p_messages, p_most - m.messages));
     messages := m.messages + granted;
     under_way := greatest(0, m.under_way + granted - p_ended);
     bytes := m.bytes + p_bytes;
     is_uncertain := m.is_uncertain;
     update message_count c
       set messages = reserve_messages.messages, under_way = reserve_messages.under_way, bytes = reserve_messages.bytes,
           is_uncertain = m.is_uncertain, counted_in = m.counted_in
       where c.tenant_id = p_tenant and c.version_id = p_version;
     return next;
   end $$`,

  // Gives back what was reserved and not used. Where the count has gone back in time it may never have had it.
  `create function settle_messages(
     p_tenant uuid, p_version uuid, p_unused bigint, p_unused_bytes bigint, p_ended bigint, p_last_used timestamptz
   ) returns void language plpgsql as $$
   declare m message_count := lock_message_count(p_tenant, p_version);
   begin
     if m.is_uncertain then
       p_unused := 0;
       p_unused_bytes := 0;
     end if;
     update message_count c
       set messages = m.messages - p_unused, bytes = m.bytes - p_unused_bytes,
           under_way = greatest(0, m.under_way - p_unused - p_ended),
           last_used_at = greatest(m.last_used_at, p_last_used),
           is_uncertain = m.is_uncertain, counted_in = m.counted_in
       where c.tenant_id = p_tenant and c.version_id = p_version;
   end $$`,

  // What is due, across tenants: the application sees no row of a tenant that it does not name, so these answer ids and the time alone.
  // After a time and an id, so that one that fails does not keep the others from their turn.
  `create function versions_to_destroy(p_now timestamptz, p_after timestamptz, p_after_id uuid)
     returns table (tenant_id uuid, encryption_id uuid, version_id uuid, due timestamptz)
     language sql stable security definer set search_path = public, pg_temp as $$
       select v.tenant_id, v.encryption_id, v.id, v.destroy_at from encryption_key_version v
       where v.state = 'destroyScheduled' and v.destroy_at <= p_now and (v.destroy_at, v.id) > (p_after, p_after_id)
       order by v.destroy_at, v.id limit 100
     $$`,
  // Nothing in a row of one tenant may make this fail, which is asked for all of them: no product here has a bound that it can pass.
  `create function versions_to_renew(p_now timestamptz, p_after timestamptz, p_after_id uuid)
     returns table (tenant_id uuid, encryption_id uuid, version_id uuid, due timestamptz)
     language sql stable security definer set search_path = public, pg_temp as $$
       select v.tenant_id, v.encryption_id, v.id, v.activated_at from encryption_key_version v
       join encryption e on e.tenant_id = v.tenant_id and e.id = v.encryption_id
       join tenant t on t.id = v.tenant_id
       where v.state = 'active' and e.state = 'enabled' and e.mode = 'platform' and t.state = 'enabled'
         and extract(epoch from p_now - v.activated_at) >= 86400.0 * e.every_days
         and (v.activated_at, v.id) > (p_after, p_after_id)
       order by v.activated_at, v.id limit 100
     $$`,
  `create function sweep_idempotency_records(p_before timestamptz) returns void
     language sql security definer set search_path = public, pg_temp as $$
       delete from idempotency_record where created_at < p_before
     $$`,
];

const NAMES = [
  'database_identity()',
  'lock_message_count(uuid, uuid)',
  'reserve_messages(uuid, uuid, bigint, bigint, bigint, bigint)',
  'settle_messages(uuid, uuid, bigint, bigint, bigint, timestamptz)',
  'versions_to_destroy(timestamptz, timestamptz, uuid)',
  'versions_to_renew(timestamptz, timestamptz, uuid)',
  'sweep_idempotency_records(timestamptz)',
];

export class CountAndDestroy1764000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...COLUMNS, ...DROPPED, ...FUNCTIONS]) await runner.query(statement);
    // A new function may be called by everybody, until that is taken back.
    for (const name of NAMES) await runner.query(`revoke execute on function ${name} from public`);
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error('there is no way back from this migration: counts would be taken for certain'),
    );
  }
}
