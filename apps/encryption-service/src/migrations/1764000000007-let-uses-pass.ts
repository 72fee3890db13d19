import type { MigrationInterface, QueryRunner } from 'typeorm';

const LOCK_CLASS = 0x6b77;
/** Of the changes that wait for each other, in a class of their own. */
const TURN_CLASS = 0x6b78;

/** Longer than a use of keys takes from reading its rows to its record. */
const PAUSE_SECONDS = 0.01;

export class LetUsesPass1764000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A use reads its rows before its record waits for the tenant's lock. With changes of several replicas queued for that lock there is
    // always one in between, so that each try of a use finds what it read out of date. So changes wait for each other elsewhere, and
    // whoever had to lets uses pass before it takes the lock.
    await runner.query(`
      create or replace function lock_tenant(p_tenant uuid) returns void language plpgsql as $$
      begin
        if not pg_try_advisory_xact_lock(${String(TURN_CLASS)}, tenant_lock(p_tenant)) then
          perform pg_advisory_xact_lock(${String(TURN_CLASS)}, tenant_lock(p_tenant));
          perform pg_sleep(${String(PAUSE_SECONDS)});
        end if;
        perform pg_advisory_xact_lock(${String(LOCK_CLASS)}, tenant_lock(p_tenant));
      end $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create or replace function lock_tenant(p_tenant uuid) returns void language sql
        as $$ select pg_advisory_xact_lock(${String(LOCK_CLASS)}, tenant_lock(p_tenant)) $$`);
  }
}
