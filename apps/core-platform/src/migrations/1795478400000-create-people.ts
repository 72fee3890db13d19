import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = `
  create table user_account (
    id uuid primary key,
    username text not null constraint user_account_username unique,
    password_hash text not null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null
  );
  create table session (
    id uuid primary key,
    user_id uuid not null references user_account (id) on delete cascade,
    created_at timestamptz(3) not null,
    expires_at timestamptz(3) not null,
    ended_at timestamptz(3),
    end_reason text
  );
  create index session_by_user on session (user_id);
  create table refresh_token (
    hash bytea primary key check (octet_length(hash) = 32),
    session_id uuid not null references session (id) on delete cascade,
    created_at timestamptz(3) not null,
    expires_at timestamptz(3) not null,
    used_at timestamptz(3)
  );
  create index refresh_token_by_session on refresh_token (session_id);
  create table signing_key (
    kid text primary key,
    private_key text not null,
    state text not null,
    created_at timestamptz(3) not null
  )`;

// Replicas that start together all want to make the first key; the index lets one of them.
const ONE_ACTIVE_KEY =
  "create unique index one_active_signing_key on signing_key (state) where state = 'active'";

/**
 * The four tables without a tenant: a person may belong to several tenants or to none, and logs in before a tenant is known; a
 * session and its refresh tokens are a person's; signing keys are the core's own.
 */
export class CreatePeople1795478400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(ONE_ACTIVE_KEY);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table signing_key, refresh_token, session, user_account');
  }
}
