import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  // Wrong master keys of each client at each encryption, by the times of the keys themselves, so that no minute has more of them than are
  // allowed, wherever it begins.
  `create table master_key_failure (
    tenant_id uuid not null,
    client_id uuid not null,
    encryption_id uuid not null,
    pause_seconds integer not null,
    paused_until timestamptz not null,
    recent timestamptz[] not null default '{}',
    primary key (tenant_id, client_id, encryption_id)
  )`,
  `alter table master_key_failure enable row level security`,
  `create policy of_the_tenant on master_key_failure
     using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)
     with check (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)`,
];

const FUNCTIONS = [
  // What is left of a pause, in whole seconds. By the database's clock alone, since those of replicas differ; one that has been set
  // back must not make an hour into a day.
  `create function master_key_pause_left(f master_key_failure, at timestamptz) returns integer language sql immutable
     as $$
       select case when f.paused_until > at and f.paused_until <= at + make_interval(secs => f.pause_seconds + 60)
         then ceil(extract(epoch from f.paused_until - at))::integer else 0 end
     $$`,
  `create function master_key_is_recent(tried timestamptz, at timestamptz) returns boolean language sql immutable
     as $$ select tried > at - interval '1 minute' and tried <= at + interval '1 minute' $$`,

  // How many seconds a client must wait before another key of it is looked at; 0 where it need not.
  `create function master_key_pause(p_tenant uuid, p_client uuid, p_encryption uuid) returns integer
     language plpgsql as $$
   declare seconds integer;
   begin
     perform set_config('app.tenant', p_tenant::text, true);
     select max(master_key_pause_left(m, clock_timestamp())) into seconds from master_key_failure m
       where m.tenant_id = p_tenant and m.client_id = p_client
         and m.encryption_id in (p_encryption, '00000000-0000-0000-0000-000000000000');
     return coalesce(seconds, 0);
   end $$`,

  // Notes that a key was tried, right or wrong, and says how many seconds its client must wait before it hears which; 0 where it need
  // not. The answers come one after the other under the row's lock, so that of many guesses at once no more learn anything than are
  // allowed. A right key takes the same lock where wrong ones came in the last minute: it must not stand out by being quicker.
  `create function note_master_key(
     p_tenant uuid, p_client uuid, p_encryption uuid, p_right boolean, p_allowed integer
   ) returns integer language plpgsql as $$
   declare
     f master_key_failure;
     at timestamptz := clock_timestamp();
     seconds integer;
   begin
     select * into f from master_key_failure m
       where m.tenant_id = p_tenant and m.client_id = p_client and m.encryption_id = p_encryption;
     if not found then
       if p_right then return 0; end if;
       insert into master_key_failure (tenant_id, client_id, encryption_id, pause_seconds, paused_until)
         values (p_tenant, p_client, p_encryption, 0, '-infinity') on conflict do nothing;
     elsif p_right and master_key_pause_left(f, at) = 0
       and not exists (select from unnest(f.recent) tried where master_key_is_recent(tried, at)) then
       return 0;
     end if;
     select * into f from master_key_failure m
       where m.tenant_id = p_tenant and m.client_id = p_client and m.encryption_id = p_encryption for update;
     at := clock_timestamp();
     seconds := master_key_pause_left(f, at);
     -- What is tried during a pause is refused whatever it is, and counts for nothing.
     if seconds > 0 or p_right then return seconds; end if;
     f.recent := array(select tried from unnest(f.recent) tried where master_key_is_recent(tried, at)) || at;
     if cardinality(f.recent) > p_allowed then
       -- A day without a pause forgets how long the last one was.
       if f.paused_until < at - interval '1 day' then f.pause_seconds := 0; end if;
       f.pause_seconds := least(3600, greatest(60, f.pause_seconds * 2));
       f.paused_until := at + make_interval(secs => f.pause_seconds);
       f.recent := '{}';
     end if;
     update master_key_failure m
       set recent = f.recent, pause_seconds = f.pause_seconds, paused_until = f.paused_until
       where m.tenant_id = p_tenant and m.client_id = p_client and m.encryption_id = p_encryption;
     return master_key_pause_left(f, at);
   end $$`,

  // 20 wrong keys a minute at one encryption, and 100 at all of them: one key may serve several, so that guesses at it could be spread.
  // Those at all are noted under the nil UUID, and only such of them as would be told.
  `create function master_key_tried(p_tenant uuid, p_client uuid, p_encryption uuid, p_right boolean) returns integer
     language plpgsql as $$
   declare seconds integer;
   begin
     perform set_config('app.tenant', p_tenant::text, true);
     seconds := note_master_key(p_tenant, p_client, p_encryption, p_right, 20);
     if seconds > 0 then return seconds; end if;
     return note_master_key(p_tenant, p_client, '00000000-0000-0000-0000-000000000000', p_right, 100);
   end $$`,
];

const NAMES = [
  'master_key_pause(uuid, uuid, uuid)',
  'note_master_key(uuid, uuid, uuid, boolean, integer)',
  'master_key_tried(uuid, uuid, uuid, boolean)',
];

export class SlowWrongKeys1764000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...FUNCTIONS]) await runner.query(statement);
    // A new function may be called by everybody, until that is taken back.
    for (const name of NAMES) await runner.query(`revoke execute on function ${name} from public`);
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error('there is no way back from this migration: who is paused would be forgotten'),
    );
  }
}
