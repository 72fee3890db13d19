import pg from 'pg';

/** A database with the role that owns it. */
export interface OwnedDatabase {
  readonly database: string;
  readonly owner: string;
  /** Of the owner, who logs in with it. */
  readonly password: string;
}

async function provision(
  client: pg.Client,
  { database, owner, password }: OwnedDatabase,
): Promise<void> {
  const role = pg.escapeIdentifier(owner);
  const { rows } = await client.query<{ has_role: boolean; has_database: boolean }>(
    `select exists (select from pg_roles where rolname = $1) as has_role,
            exists (select from pg_database where datname = $2) as has_database`,
    [owner, database],
  );
  const verb = rows[0]?.has_role ? 'alter' : 'create';
  // CREATEROLE: a migration makes the second role, the one that the app then works under and that owns nothing.
  await client.query(
    `${verb} role ${role} login createrole nosuperuser nocreatedb nobypassrls noreplication password ${pg.escapeLiteral(password)}`,
  );
  if (rows[0]?.has_database) return;
  const name = pg.escapeIdentifier(database);
  await client.query(`create database ${name} owner ${role}`);
}

/**
 * Makes databases with their owners, where they do not exist, and closes each to every other role. May be repeated, also after it
 * was broken off.
 */
export async function provisionDatabases(
  superuserUrl: string,
  databases: readonly OwnedDatabase[],
): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    for (const entry of databases) {
      await provision(client, entry);
      // By default every role may connect to every database.
      await client.query(
        `revoke connect on database ${pg.escapeIdentifier(entry.database)} from public`,
      );
    }
  } finally {
    await client.end();
  }
}
