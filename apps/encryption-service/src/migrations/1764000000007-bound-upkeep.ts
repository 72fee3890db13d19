import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  // Nothing in a row of one tenant may make this fail, which is asked for all of them: no product here has a bound that it can pass.
  `create or replace function versions_to_renew(p_now timestamptz, p_after timestamptz, p_after_id uuid)
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
  // A receipt names the imports of its encryption as well: the key is still in the file that it came in.
  `drop index audit_of_exports`,
  `create index audit_of_exports on audit_record (tenant_id, encryption_id, at) where operation in ('export', 'import')`,
];

export class BoundUpkeep1764000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error('there is no way back from this migration: one row could stop what is due for all'),
    );
  }
}
