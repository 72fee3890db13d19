import type { ClientBase } from 'pg';
import { AppError } from '@app/errors';
import { databaseOf } from './connection-url.js';

/** Server-wide names collide when two databases are migrated at once; each of these says that the other one made it. */
const MADE_BY_ANOTHER = new Set(['42710', '23505', 'XX000']);
const ROLE_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** What the application's role may do with one table. */
export interface Grant {
  readonly on: string;
  readonly privileges: string;
}

type Run = (text: string, values?: unknown[]) => Promise<{ found?: boolean }[]>;

function sqlStateOf(error: unknown): string | undefined {
  const { code, driverError } = error as { code?: string; driverError?: { code?: string } };
  return driverError?.code ?? code;
}

/** Runs a statement about a role of the whole server: another database that is migrated at once may be first. */
async function aboutRole(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const state = sqlStateOf(error);
    if (state === '42501') {
      throw new AppError('internal', {
        cause: error,
        detail:
          "The owner of the database may not make or use the application's role. Give it CREATEROLE, name another role in " +
          'database.appRole, or make the role (NOLOGIN) and grant it to the owner with the ADMIN option.',
      });
    }
    if (state === undefined || !MADE_BY_ANOTHER.has(state)) throw error;
  }
}

/** Quotes an SQL identifier. */
function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/**
 * The role that the application's sessions run under: the configured one, or the database's name with `_app` behind it, so that two
 * installations on one server do not meet.
 *
 * @throws AppError `internal` for a name that would have to be quoted in a start-up option.
 */
export function appRoleOf(configured: string | undefined, ownerUrl: string): string {
  const role = configured ?? `${databaseOf(ownerUrl)}_app`;
  if (ROLE_NAME.test(role)) return role;
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
    await aboutRole(
      run(`create role ${role} nologin nosuperuser nobypassrls nocreatedb nocreaterole`),
    );
  }
  const [usable] = await run("select pg_has_role(current_user, $1, 'USAGE') as found", [role]);
  if (usable?.found !== true) await aboutRole(run(`grant ${role} to current_user`));
  if (member !== undefined) await aboutRole(run(`grant ${role} to ${quoted(member)}`));
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
