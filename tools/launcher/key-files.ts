import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../files/write-atomically.js';
import type { DataFolder } from './data-folder.js';
import { LauncherError } from './launcher-error.js';

const KEY_BYTES = 32;

export interface KeyFiles {
  /** The platform's master key, which wraps every data key. */
  readonly masterKey: string;
  readonly serviceSecret: string;
  readonly coreSecret: string;
  /** Whether the master key was made just now. */
  readonly isNew: boolean;
}

/**
 * The files of the three keys of a local system, each 32 bytes in base64 with mode 0600. They are made together at the first start
 * and never again: a new key in place of a lost one would open nothing, and would hide that it opens nothing.
 *
 * @throws LauncherError `key_missing`.
 */
export function ensureKeyFiles(folder: DataFolder): KeyFiles {
  const files = {
    masterKey: join(folder.keys, 'master.key'),
    serviceSecret: join(folder.keys, 'encryption-service.secret'),
    coreSecret: join(folder.keys, 'core-platform.secret'),
  };
  const marker = folder.file('credentials.json');
  const missing = Object.values(files).filter((file) => !existsSync(file));
  if (missing.length > 0 && existsSync(marker)) {
    const message =
      `${missing.join(' and ')}: gone, and what lies in ${folder.path} cannot be opened without it. ` +
      'Put it back from your backup, or start afresh with another folder: --data DIR';
    throw new LauncherError('key_missing', message);
  }
  for (const file of missing) {
    const key = randomBytes(KEY_BYTES);
    writeAtomically(file, `${key.toString('base64')}\n`, 0o600);
    key.fill(0);
  }
  return { ...files, isNew: missing.includes(files.masterKey) };
}
