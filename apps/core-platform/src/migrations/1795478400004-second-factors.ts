import type { MigrationInterface, QueryRunner } from 'typeorm';

const ACCOUNT = `
  alter table user_account
    add column password_hint text,
    add column hint_public boolean not null default false,
    add column kdf_salt bytea check (octet_length(kdf_salt) between 16 and 64),
    add column kdf_iterations integer,
    add column kdf_memory_kib integer,
    add column kdf_parallelism integer`;

// One factor for a person, and its codes go with it. An unconfirmed one has no last step.
const TABLES = `
  create table totp_factor (
    user_id uuid primary key references user_account (id) on delete cascade,
    secret text not null,
    confirmed_at timestamptz(3),
    last_step bigint,
    created_at timestamptz(3) not null,
    check ((confirmed_at is null) = (last_step is null))
  );
  create table recovery_code (
    user_id uuid not null references totp_factor (user_id) on delete cascade,
    hash bytea not null check (octet_length(hash) = 32),
    used_at timestamptz(3),
    primary key (user_id, hash)
  );
  create table known_place (
    user_id uuid not null references totp_factor (user_id) on delete cascade,
    place bytea not null check (octet_length(place) = 32),
    seen_at timestamptz(3) not null,
    primary key (user_id, place)
  )`;

// No user in it: it counts for names that nobody has as for any other, and must not tell them apart.
const FAILURES = `
  create table login_failure (
    key bytea primary key check (octet_length(key) = 32),
    tries integer not null,
    failures integer not null,
    locks integer not null,
    locked_until timestamptz(3),
    ends_at timestamptz(3) not null,
    check (failures between 0 and tries)
  );
  create index login_failure_by_end on login_failure (ends_at)`;

/** Second factors with their recovery codes, what clients derive keys with, hints, and the counts of failed logins. */
export class SecondFactors1795478400004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [ACCOUNT, TABLES, FAILURES]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table login_failure, known_place, recovery_code, totp_factor');
    await runner.query(
      `alter table user_account drop column password_hint, drop column hint_public, drop column kdf_salt,
         drop column kdf_iterations, drop column kdf_memory_kib, drop column kdf_parallelism`,
    );
  }
}
