import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Where the server's programs lie. */
export interface Binaries {
  /** Holds `bin`, `lib` and `share`. */
  readonly native: string;
  /** Version of the npm package. */
  readonly version: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

/** The path of one of the programs below a `native` folder. */
export function programIn(native: string, program: 'initdb' | 'postgres'): string {
  return join(native, 'bin', process.platform === 'win32' ? `${program}.exe` : program);
}

/**
 * Makes the links to the ICU libraries that the package's install script would have made: npm 12 runs no install scripts that it
 * was not told of, and npm packages cannot hold links.
 */
function makeMissingLinks(packageFolder: string): void {
  const list = join(packageFolder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Link[]) {
    const path = join(packageFolder, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(relative(dirname(path), join(packageFolder, source)), path);
    } catch (error) {
      // Another start may be making them at the same time.
      if (!existsSync(path)) throw error;
    }
  }
}

/**
 * Finds the server's programs for this platform.
 *
 * @throws EmbeddedPostgresError `no_binaries`.
 */
export function findBinaries(): Binaries {
  const name = packageName();
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    const message =
      `The embedded database is not installed (${name}). Install the optional packages with "npm ci", ` +
      'or name another PostgreSQL by ES_DATABASE_URL and CP_DATABASE_URL.';
    throw new EmbeddedPostgresError('no_binaries', message, { cause });
  }
  const packageFolder = dirname(dirname(entry));
  makeMissingLinks(packageFolder);
  const manifest = readFileSync(join(packageFolder, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return { native: join(packageFolder, 'native'), version };
}
