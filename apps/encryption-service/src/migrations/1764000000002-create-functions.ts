import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The class of our advisory locks, so that no other use of this database meets them. */
const LOCK_CLASS = 0x6b77;

const FUNCTIONS = [
  // Two tenants whose ids hash alike only wait for each other now and then.
  `create function tenant_lock(p_tenant uuid) returns integer language sql immutable parallel safe
     as $$ select hashtext(p_tenant::text) $$`,

  // A use of a key holds the shared lock until its record is durable; every change of a row that decides takes the exclusive one.
  // By trigger, so that no change can forget it, not even one that is made by hand.
  `create function lock_tenant_of_row() returns trigger language plpgsql as $$
   begin
     if tg_op = 'DELETE' then
       perform pg_advisory_xact_lock(${String(LOCK_CLASS)}, tenant_lock(old.tenant_id));
       return old;
     end if;
     perform pg_advisory_xact_lock(${String(LOCK_CLASS)}, tenant_lock(new.tenant_id));
     return new;
   end $$`,
  `create function lock_tenant_itself() returns trigger language plpgsql as $$
   begin
     if tg_op = 'DELETE' then
       perform pg_advisory_xact_lock(${String(LOCK_CLASS)}, tenant_lock(old.id));
       return old;
     end if;
     perform pg_advisory_xact_lock(${String(LOCK_CLASS)}, tenant_lock(new.id));
     return new;
   end $$`,
  `create function lock_tenant(p_tenant uuid) returns void language sql
     as $$ select pg_advisory_xact_lock(${String(LOCK_CLASS)}, tenant_lock(p_tenant)) $$`,

  // Before the tenant is known: one row for one API key, looked up with the owner's rights. With it come, read in the same moment, the
  // keys that the client used last, if they are of its tenant: a guess of what to read, never of what is decided. In plpgsql, whose
  // plans are kept.
  `create function client_for_key(p_api_key text, p_encryption uuid, p_version uuid)
     returns table (client jsonb, tenant jsonb, encryption jsonb, version jsonb)
     language plpgsql stable security definer set search_path = public, pg_temp as $$
   begin
     return query
       select to_jsonb(c), to_jsonb(t), to_jsonb(e), to_jsonb(v)
       from client c
       join tenant t on t.id = c.tenant_id
       left join encryption e on e.tenant_id = c.tenant_id and e.id = p_encryption
       left join encryption_key_version v on v.tenant_id = e.tenant_id and v.encryption_id = e.id and v.id = coalesce(
         p_version,
         (select a.id from encryption_key_version a
          where a.tenant_id = e.tenant_id and a.encryption_id = e.id and a.state = 'active'))
       where c.api_key = p_api_key;
   end $$`,
  `create function operator_for_key(p_api_key text) returns table (operator jsonb)
     language sql stable security definer set search_path = public, pg_temp as $$
       select to_jsonb(o) from operator o where o.api_key = p_api_key
     $$`,

  // One statement and so one transaction: the setting ends with it.
  `create function keys_for_use(p_tenant uuid, p_encryption uuid, p_version uuid)
     returns table (encryption jsonb, version jsonb) language plpgsql as $$
   begin
     perform set_config('app.tenant', p_tenant::text, true);
     if p_version is null then
       return query select to_jsonb(e), to_jsonb(v) from encryption e
         left join encryption_key_version v
           on v.tenant_id = e.tenant_id and v.encryption_id = e.id and v.state = 'active'
         where e.tenant_id = p_tenant and e.id = p_encryption;
     else
       return query select to_jsonb(e), to_jsonb(v) from encryption e
         left join encryption_key_version v
           on v.tenant_id = e.tenant_id and v.encryption_id = e.id and v.id = p_version
         where e.tenant_id = p_tenant and e.id = p_encryption;
     end if;
   end $$`,

  // Writes the record of a key use, if all that decided about it still stands: answers false, and writes nothing, where it does not.
  // The lock comes first: what is read after it cannot change before this transaction ends.
  `create function record_use(
     p_tenant uuid, p_tenant_revision bigint, p_client uuid, p_client_revision bigint,
     p_encryption uuid, p_encryption_revision bigint, p_version uuid, p_version_revision bigint,
     p_at timestamptz, p_operation text, p_outcome text, p_items integer, p_request_id text, p_access_reason text
   ) returns boolean language plpgsql as $$
   begin
     perform set_config('app.tenant', p_tenant::text, true);
     perform pg_advisory_xact_lock_shared(${String(LOCK_CLASS)}, tenant_lock(p_tenant));
     perform 1
       from tenant t
       join client c on c.tenant_id = t.id and c.id = p_client and c.revision = p_client_revision
       join encryption e on e.tenant_id = t.id and e.id = p_encryption and e.revision = p_encryption_revision
       join encryption_key_version v
         on v.tenant_id = t.id and v.id = p_version and v.revision = p_version_revision
       where t.id = p_tenant and t.revision = p_tenant_revision;
     if not found then return false; end if;
     insert into audit_record
       (tenant_id, at, client_id, operation, encryption_id, version_id, outcome, items, request_id, access_reason)
       values (p_tenant, p_at, p_client, p_operation, p_encryption, p_version, p_outcome, p_items, p_request_id,
               p_access_reason);
     return true;
   end $$`,

  // Many key uses in one transaction, each in the order of `record_use`'s parameters. A tenant that is being changed is answered with
  // "busy" and nothing waits for it: its uses must not hold back those of others.
  `create function record_uses(p_uses jsonb) returns text[] language plpgsql as $$
   declare
     u jsonb;
     results text[] := '{}';
   begin
     for u in select * from jsonb_array_elements(p_uses) loop
       perform set_config('app.tenant', u ->> 0, true);
       if not pg_try_advisory_xact_lock_shared(${String(LOCK_CLASS)}, tenant_lock((u ->> 0)::uuid)) then
         results := results || 'busy'::text;
       elsif record_use(
         (u ->> 0)::uuid, (u ->> 1)::bigint, (u ->> 2)::uuid, (u ->> 3)::bigint, (u ->> 4)::uuid, (u ->> 5)::bigint,
         (u ->> 6)::uuid, (u ->> 7)::bigint, (u ->> 8)::timestamptz, u ->> 9, u ->> 10, (u ->> 11)::integer, u ->> 12,
         u ->> 13
       ) then
         results := results || 'stands'::text;
       else
         results := results || 'changed'::text;
       end if;
     end loop;
     return results;
   end $$`,

  // Messages are reserved before they are used; a block that a crash loses counts as used.
  `create function reserve_messages(p_tenant uuid, p_version uuid, p_count bigint) returns bigint
     language plpgsql as $$
   declare total bigint;
   begin
     perform set_config('app.tenant', p_tenant::text, true);
     insert into message_count as m (tenant_id, version_id, messages) values (p_tenant, p_version, p_count)
       on conflict (tenant_id, version_id) do update set messages = m.messages + excluded.messages
       returning m.messages into total;
     return total;
   end $$`,
  `create function settle_messages(p_tenant uuid, p_version uuid, p_unused bigint, p_last_used timestamptz)
     returns void language plpgsql as $$
   begin
     perform set_config('app.tenant', p_tenant::text, true);
     insert into message_count as m (tenant_id, version_id, messages, last_used_at)
       values (p_tenant, p_version, 0, p_last_used)
       on conflict (tenant_id, version_id) do update
         set messages = m.messages - p_unused, last_used_at = greatest(m.last_used_at, excluded.last_used_at);
   end $$`,
];

const LOCKED = ['client', 'encryption', 'encryption_key_version'];

const TRIGGERS = [
  ...LOCKED.map(
    (table) => `create trigger lock_tenant before insert or update or delete on ${table}
                  for each row execute function lock_tenant_of_row()`,
  ),
  `create trigger lock_tenant before insert or update or delete on tenant
     for each row execute function lock_tenant_itself()`,
];

const NAMES = [
  'client_for_key(text, uuid, uuid)',
  'operator_for_key(text)',
  'keys_for_use(uuid, uuid, uuid)',
  'reserve_messages(uuid, uuid, bigint)',
  'settle_messages(uuid, uuid, bigint, timestamptz)',
  'record_use(uuid, bigint, uuid, bigint, uuid, bigint, uuid, bigint, timestamptz, text, text, integer, text, text)',
  'record_uses(jsonb)',
  'lock_tenant(uuid)',
];

export class CreateFunctions1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...FUNCTIONS, ...TRIGGERS]) await runner.query(statement);
    // A new function may be called by everybody, until that is taken back.
    for (const name of NAMES) await runner.query(`revoke execute on function ${name} from public`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of NAMES) await runner.query(`drop function ${name}`);
    await runner.query(
      'drop function lock_tenant_of_row(), lock_tenant_itself(), tenant_lock(uuid) cascade',
    );
  }
}
