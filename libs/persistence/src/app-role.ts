import type { ClientBase } from 'pg';
import { AppError } from '@app/errors';

/** Server-wide names collide when two databases are migrated at once; each of these says that the other one made it. */
const MADE_BY_ANOTHER = new Set(['42710', '23505', 'XX000']);
const ROLE_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** What the application's role may do with one table. */
export interface Grant {
  readonly on: string;
  readonly privileges: string;
}

type Run = (text: string, values?: unknown[]) => Promise<{ found?: boolean }[]>;

async function unlessMadeByAnother(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const { code, driverError } = error as { code?: string; driverError?: { code?: string } };
    if (!MADE_BY_ANOTHER.has(driverError?.code ?? code ?? '')) throw error;
  }
}

/** Quotes an SQL identifier. */
function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** Refuses a role name that would have to be quoted in a start-up option. */
export function assertRoleName(role: string): void {
  if (ROLE_NAME.test(role)) return;
  throw new AppError('internal', {
    detail: 'database.appRole must be 1 to 63 of a-z, 0-9 and _, and begin with a letter or _.',
  });
}

/** In one transaction: a replica that is serving meanwhile sees the old grants or the new ones, never none. */
async function replaceGrants(run: Run, role: string, grants: readonly Grant[]): Promise<void> {
  await run('begin');
  try {
    await run(`revoke all on all tables in schema public from ${role}`);
    for (const { on, privileges } of grants) await run(`grant ${privileges} on ${on} to ${role}`);
    await run('commit');
  } catch (error) {
    await run('rollback');
    throw error;
  }
}

/**
 * Makes the role that the application's sessions run under, if it is not there, and gives it exactly `grants`. The owner must have
 * CREATEROLE, or the role must have been made for it. `member` is the login of a URL of its own for the application.
 */
export async function ensureAppRole(
  run: Run,
  role: string,
  grants: readonly Grant[],
  member: string | undefined,
): Promise<void> {
  const [known] = await run('select exists (select from pg_roles where rolname = $1) as found', [
    role,
  ]);
  if (known?.found !== true) {
    await unlessMadeByAnother(
      run(`create role ${role} nologin nosuperuser nobypassrls nocreatedb nocreaterole`),
    );
  }
  const [usable] = await run("select pg_has_role(current_user, $1, 'USAGE') as found", [role]);
  if (usable?.found !== true) await unlessMadeByAnother(run(`grant ${role} to current_user`));
  if (member !== undefined) await unlessMadeByAnother(run(`grant ${role} to ${quoted(member)}`));
  await run('revoke create on schema public from public');
  await run(`grant usage on schema public to ${role}`);
  await replaceGrants(run, role, grants);
}

const WHO_AM_I = `
  select r.rolsuper or r.rolbypassrls as bypasses,
         has_schema_privilege('public', 'create') as creates,
         exists (select from pg_class c where c.relowner = r.oid and c.relnamespace = 'public'::regnamespace) as owns
  from pg_roles r where r.rolname = current_user`;

/**
 * Checks a new session before its first query: a role that owns tables, or that passes row-level security by, would turn every
 * forgotten tenant into a leak.
 *
 * @throws AppError `internal` that says what to change.
 */
export async function assertBoundRole(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ bypasses: boolean; creates: boolean; owns: boolean }>(
    WHO_AM_I,
  );
  const who = rows[0];
  if (who !== undefined && !who.bypasses && !who.creates && !who.owns) return;
  throw new AppError('internal', {
    alarm: 'database_role',
    detail:
      'The database role of the application must not own tables, create objects in the schema public, be a superuser or have ' +
      'BYPASSRLS. Give another role, or `revoke create on schema public from public` as the owner of the schema.',
  });
}
