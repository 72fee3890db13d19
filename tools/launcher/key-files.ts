import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyFile } from '@app/kek';
import type { DataFolder } from './data-folder.js';
import { LauncherError } from './launcher-error.js';

export interface KeyFiles {
  /** The platform's master key, which wraps every data key. */
  readonly masterKey: string;
  readonly serviceSecret: string;
  readonly coreSecret: string;
  /** Whether the master key was made just now. */
  readonly isNew: boolean;
}

/**
 * The files of the three keys of a local system, each 32 bytes with mode 0600. They are made together at the first start and never
 * again: a new key in place of a lost one would open nothing, and would hide that it opens nothing.
 *
 * @throws LauncherError `key_missing`.
 */
export async function ensureKeyFiles(folder: DataFolder): Promise<KeyFiles> {
  const files = {
    masterKey: join(folder.keys, 'master.key'),
    serviceSecret: join(folder.keys, 'encryption-service.secret'),
    coreSecret: join(folder.keys, 'core-platform.secret'),
  };
  const missing = Object.values(files).filter((file) => !existsSync(file));
  if (missing.length > 0 && existsSync(folder.file('credentials.json'))) {
    const message =
      `${missing.join(' and ')}: gone, and what lies in ${folder.path} cannot be opened without it. ` +
      'Put it back from your backup, or start afresh with another folder: --data DIR';
    throw new LauncherError('key_missing', message);
  }
  await Promise.all(missing.map((file) => makeKeyFile(file)));
  return { ...files, isNew: missing.includes(files.masterKey) };
}
