import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedFolder } from './account.js';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

function entriesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' });
}

/** Whether `copy` is whole: cleaners of temporary folders take single files away by age. */
function isWhole(copy: string, native: string): boolean {
  return entriesBelow(native).every((entry) => {
    const found = lstatSync(join(copy, entry), { throwIfNoEntry: false });
    const wanted = lstatSync(join(native, entry));
    return found !== undefined && (!wanted.isFile() || found.size === wanted.size);
  });
}

/** Whether nobody else can have put something into `folder`. In a shared temporary folder its name could be taken by anybody. */
function isOurs(folder: string): boolean {
  const { uid, mode } = lstatSync(folder);
  return uid === process.getuid?.() && (mode & 0o022) === 0 && lstatSync(folder).isDirectory();
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of entriesBelow(folder)) {
    const path = join(folder, entry);
    const status = lstatSync(path);
    if (!status.isSymbolicLink()) chmodSync(path, (status.mode & 0o700) === 0o600 ? 0o644 : 0o755);
  }
}

function openTemporaryFolder(): string {
  const found = [tmpdir(), '/tmp', '/var/tmp'].find(
    (folder) => existsSync(folder) && closedFolder(folder) === undefined,
  );
  if (found !== undefined) return found;
  const message = 'There is no temporary folder that all accounts may enter (see TMPDIR).';
  throw new EmbeddedPostgresError('folder_closed', message);
}

function makeCopy(native: string, temporary: string): string {
  const draft = mkdtempSync(join(temporary, 'keyward-postgres-'));
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  openToAll(draft);
  return draft;
}

/**
 * A `native` folder whose programs every account may run: the installed one, or a copy of it in the temporary folder. A copy is
 * named by its version, appears whole, and is used again by later starts.
 */
export function openBinaries({ native, version }: Binaries): string {
  if (closedFolder(native) === undefined && (statSync(native).mode & 0o004) !== 0) return native;
  const temporary = openTemporaryFolder();
  const copy = join(temporary, `keyward-postgres-${version}`);
  const isThere = (): boolean => existsSync(copy) && isOurs(copy);
  if (isThere() && isWhole(copy, native)) return copy;
  const draft = makeCopy(native, temporary);
  try {
    if (isThere()) rmSync(copy, { recursive: true });
    renameSync(draft, copy);
    return copy;
  } catch (error) {
    // Another start may have put its own there meanwhile; somebody else's is left alone, and ours is used under its own name.
    if (!existsSync(copy)) throw error;
    if (!isThere() || !isWhole(copy, native)) return draft;
    rmSync(draft, { recursive: true });
    return copy;
  }
}
