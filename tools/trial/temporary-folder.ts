import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs `work` with a new folder in the temporary directory, and removes that with all that is in it at the end, however `work` ends.
 *
 * @param name - how the folder's name begins.
 */
export async function withTemporaryFolder<T>(
  name: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)));
  // As root the database server is another account, which has to pass through to its own folder.
  if (process.getuid?.() === 0) chmodSync(folder, 0o711);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
