import type { QueryRunner } from 'typeorm';

// An earlier transaction leaves '' in a setting, not null, and '' is no UUID.
const setting = (name: string): string => `nullif(current_setting('${name}', true), '')::uuid`;

/** The person for whom a transaction runs, as an SQL expression. */
export const OF_PERSON = setting('app.user');

/** The tenant for which a transaction runs, as an SQL expression. */
const OF_TENANT = setting('app.tenant');

/**
 * Shows and takes only rows of the tenant for which the transaction runs. Not FORCE: the owner, who runs no request, sees all.
 *
 * @param column - the one that holds the tenant's id.
 */
export async function isolateByTenant(
  runner: QueryRunner,
  table: string,
  column = 'tenant_id',
): Promise<void> {
  await runner.query(`alter table ${table} enable row level security`);
  await runner.query(
    `create policy ${table}_of_tenant on ${table} using (${column} = ${OF_TENANT})`,
  );
}
