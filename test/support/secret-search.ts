import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** Shorter forms than this appear by chance. */
const LEAST_FORM = 12;

/** A secret as it could stand anywhere: raw, hexadecimal, and base64 at each of its three offsets, in both alphabets. */
function formsOf(secret: string | Buffer): string[] {
  const raw = Buffer.from(secret);
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), raw]).toString('base64');
    return text.slice(offset === 0 ? 0 : 4, text.length - 4);
  });
  const forms = [
    // As files are searched: a character for a byte.
    raw.toString('latin1'),
    raw.toString('hex'),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...new Set(forms)].filter((form) => form.length >= LEAST_FORM);
}

/** The names of those secrets that stand in a text, in whatever form. */
export function namesFoundIn(
  text: string,
  secrets: Readonly<Record<string, string | Buffer>>,
): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).some((form) => text.includes(form)) ? [name] : [],
  );
}

/** The paths of all files under a folder. */
export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/** All rows of all tables of a database, as text. */
export async function dumpRows(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
    const lines: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(
        `select t::text as row from "${name}" t`,
      );
      lines.push(...rows.map(({ row }) => row));
    }
    return lines.join('\n');
  } finally {
    await client.end();
  }
}
