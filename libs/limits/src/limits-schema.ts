const FUNCTIONS = [
  'take_tokens(text, double precision, double precision, double precision, timestamptz)',
  'take_of_day(text, bigint, bigint, timestamptz)',
  'sweep_limits(timestamptz)',
] as const;

/**
 * What a migration of an app makes for {@link PostgresTokenStore}. It has been part of released migrations: whatever is to be changed about
 * it is changed by another migration.
 */
export const LIMITS_SCHEMA = {
  /** What makes it. A new function may be called by everybody, until that is taken back. */
  statements: [
    // Not logged: after a crash of the database every bucket is full, which is what it would be soon enough.
    `create unlogged table rate_bucket (
      key text primary key,
      tokens double precision not null,
      filled_at timestamptz not null,
      full_at timestamptz not null
    )`,
    `create index rate_bucket_by_age on rate_bucket (full_at)`,
    `create table day_budget (
      key text not null,
      day date not null,
      used bigint not null,
      primary key (key, day)
    )`,
    `create index day_budget_by_age on day_budget (day)`,

    // By the database's clock alone, since those of replicas differ; a test gives the time. A clock that was set back fills nothing.
    // Less than nothing is wanted where tokens are given back.
    `create function take_tokens(
       p_key text, p_per_second double precision, p_burst double precision, p_wanted double precision, p_now timestamptz
     ) returns table (granted double precision, retry_after_millis double precision)
       language plpgsql security definer set search_path = public, pg_temp as $$
     declare
       b rate_bucket;
       at timestamptz;
       left_over double precision;
     begin
       loop
         select * into b from rate_bucket r where r.key = p_key for update;
         exit when found;
         at := coalesce(p_now, clock_timestamp());
         insert into rate_bucket (key, tokens, filled_at, full_at) values (p_key, p_burst, at, at) on conflict do nothing;
       end loop;
       at := coalesce(p_now, clock_timestamp());
       left_over := least(p_burst, b.tokens + p_per_second * greatest(0, extract(epoch from at - b.filled_at)));
       granted := least(p_wanted, floor(left_over));
       left_over := least(p_burst, left_over - granted);
       retry_after_millis := case when granted = p_wanted then 0
         else ceil((floor(left_over) + 1 - left_over) / p_per_second * 1000) end;
       update rate_bucket r
         set tokens = left_over, filled_at = at,
             full_at = at + make_interval(secs => least(100000000, (p_burst - left_over) / p_per_second))
         where r.key = p_key;
       return next;
     end $$`,
    `create function take_of_day(p_key text, p_per_day bigint, p_wanted bigint, p_now timestamptz)
       returns table (granted bigint, day_left_millis double precision)
       language plpgsql security definer set search_path = public, pg_temp as $$
     declare
       at timestamptz := coalesce(p_now, clock_timestamp());
       today date := (at at time zone 'UTC')::date;
       before bigint;
     begin
       insert into day_budget (key, day, used) values (p_key, today, 0) on conflict do nothing;
       select d.used into before from day_budget d where d.key = p_key and d.day = today for update;
       granted := least(p_wanted, greatest(0, p_per_day - before));
       update day_budget d set used = greatest(0, before + granted) where d.key = p_key and d.day = today;
       day_left_millis := floor(extract(epoch from (today + 1)::timestamp at time zone 'UTC' - at) * 1000);
       return next;
     end $$`,
    // A bucket that is full is one that was never seen.
    `create function sweep_limits(p_now timestamptz) returns void
       language plpgsql security definer set search_path = public, pg_temp as $$
     begin
       delete from rate_bucket where key in (
         select r.key from rate_bucket r where r.full_at < coalesce(p_now, clock_timestamp()) for update skip locked);
       delete from day_budget where day < (coalesce(p_now, clock_timestamp()) at time zone 'UTC')::date - 1;
     end $$`,
    ...FUNCTIONS.map((name) => `revoke execute on function ${name} from public`),
  ],
  /** What takes it away again. */
  undo: [
    ...FUNCTIONS.map((name) => `drop function ${name}`),
    'drop table day_budget',
    'drop table rate_bucket',
  ],
  /** The application is given these, and neither table. */
  functions: FUNCTIONS,
  tables: {
    rate_bucket:
      'how much an address, a client or a tenant has left; some are limited before a tenant is known, and the application cannot read it',
    day_budget: 'what was used of a budget today; the application cannot read it',
  },
} as const;
