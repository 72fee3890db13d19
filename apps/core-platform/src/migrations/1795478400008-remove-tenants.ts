import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMN = 'alter table tenant add column deleted_at timestamptz(3)';
const INDEX = 'create index tenant_to_remove on tenant (id) where deleted_at is not null';

/** Answers one tenant that was deleted and of which something is left, the first one behind a given id. */
const UNFINISHED_REMOVAL = `
  create function unfinished_removal(behind uuid) returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select id from public.tenant where deleted_at is not null and id > behind order by id limit 1
  $$`;

export class RemoveTenants1795478400008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COLUMN);
    await runner.query(INDEX);
    await runner.query(UNFINISHED_REMOVAL);
    await runner.query('revoke all on function unfinished_removal from public');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function unfinished_removal');
    await runner.query('alter table tenant drop column deleted_at');
  }
}
