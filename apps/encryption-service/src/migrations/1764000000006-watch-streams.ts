import type { MigrationInterface, QueryRunner } from 'typeorm';

const FUNCTIONS = [
  // Whether all that decided about a use that is still going on is as it was: no lock is taken and nothing is written. The members of
  // \`p_use\` are the first seven of \`record_use\`: tenant, its revision, client, its revision, encryption, its revision, versions with
  // their revisions.
  `create function use_stands(p_use jsonb) returns boolean language plpgsql as $$
   begin
     perform set_config('app.tenant', p_use ->> 0, true);
     return exists (
       select 1
       from tenant t
       join client c on c.tenant_id = t.id and c.id = (p_use ->> 2)::uuid and c.revision = (p_use ->> 3)::bigint
       join encryption e on e.tenant_id = t.id and e.id = (p_use ->> 4)::uuid and e.revision = (p_use ->> 5)::bigint
       where t.id = (p_use ->> 0)::uuid and t.revision = (p_use ->> 1)::bigint
     ) and not exists (
       select 1
       from jsonb_each_text(p_use -> 6) w
       left join encryption_key_version v
         on v.tenant_id = (p_use ->> 0)::uuid and v.id = w.key::uuid and v.encryption_id = (p_use ->> 4)::uuid
           and v.revision = w.value::bigint
       where v.id is null
     );
   end $$`,
];

const NAMES = ['use_stands(jsonb)'];

export class WatchStreams1764000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of FUNCTIONS) await runner.query(statement);
    // A new function may be called by everybody, until that is taken back.
    for (const name of NAMES) await runner.query(`revoke execute on function ${name} from public`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of NAMES) await runner.query(`drop function ${name}`);
  }
}
